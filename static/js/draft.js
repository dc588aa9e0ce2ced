// A form that is not saved yet. It is kept on every change and before the camera opens; a killed page finds it again.
import * as store from './store.js'

const PAUSE = 300

// read() gives the draft as the form has it; lost() is called when another window takes the draft over.
export function keeper({ read, lost }) {
  let timer = null
  let ours = true
  let going = Promise.resolve()
  const save = () => {
    clearTimeout(timer)
    timer = null
    if (!ours) return going
    const draft = read()
    return going = going.catch(() => {}).then(() => ours && store.put('drafts', { ...draft, changed: new Date().toISOString() }).then(() => store.tell('drafts')))
  }
  document.addEventListener('visibilitychange', () => { if (document.hidden && timer) save() })
  addEventListener('pagehide', () => { if (timer) save() })
  return {
    changed() { clearTimeout(timer); timer = setTimeout(() => save().catch(error => console.error(error)), PAUSE) },
    save,
    // Holds the draft for this window, and tells whether another one has it.
    async hold(id, steal = false) {
      ours = await held(id, steal, () => { ours = false; clearTimeout(timer); lost() })
      return ours
    },
    async drop() { clearTimeout(timer); ours = false; await going.catch(() => {}) },
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

export const all = async () => (await store.all('drafts')).sort((a, b) => a.changed < b.changed ? 1 : -1)
export const get = id => store.get('drafts', id)

export async function discard(id) {
  await store.remove('drafts', id)
  store.tell('drafts')
}
