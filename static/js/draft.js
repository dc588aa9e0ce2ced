// A form that is not saved yet, kept on every change; a killed page finds it again.
// draft.id is the id of the action to be.
import * as store from './store.js'
import { stamp } from './words.js'

const PAUSE = 300

export const blank = given => ({
  id: store.newId(), entry: store.newId(), verb: 'recorded', kind: null, created: stamp(), where: null, position: null, fields: {}, photos: [], parent: null, after: null, ...given,
})

export const all = async () => (await store.all('drafts')).sort((a, b) => a.changed < b.changed ? 1 : -1)
export const get = id => store.get('drafts', id)

export async function keep(draft) {
  await store.put('drafts', { ...draft, changed: new Date().toISOString() })
  store.tell('drafts')
}

export async function discard(id) {
  await store.remove('drafts', id)
  store.tell('drafts')
}

export function keeper({ read, failed, lost }) {
  let timer = null
  let ours = false
  let last = Promise.resolve()
  const save = () => {
    clearTimeout(timer)
    timer = null
    last = last.then(() => ours && keep(read())).catch(failed)
    return last
  }
  const hidden = () => { if (timer) save() }
  document.addEventListener('visibilitychange', hidden)
  addEventListener('pagehide', hidden)
  return {
    save,
    changed() {
      clearTimeout(timer)
      timer = setTimeout(save, PAUSE)
    },
    // False when another window has it.
    async hold(id, steal = false) {
      ours = await held(id, steal, () => { ours = false; clearTimeout(timer); lost() })
      return ours
    },
    async stop() {
      clearTimeout(timer)
      timer = null
      ours = false
      await last
    },
    resume() { ours = true },
  }
}

function held(id, steal, lost) {
  return new Promise(resolve => {
    navigator.locks.request(`draft:${id}`, steal ? { steal } : { ifAvailable: true }, lock => {
      resolve(Boolean(lock))
      return lock && new Promise(() => {})
    }).catch(lost)
  })
}
