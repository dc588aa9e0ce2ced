// The next steps of a dispute on its mediator's phone. Each is kept like any other record; where they lead is written on their forms.
import { MOST, take } from './photo.js'
import { toast } from './view.js'
import { t } from './words.js'

const text = form => Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim?.()))
const BODIES = {
  signed: (_said, { task }) => ({ task }),
  classified: (said, { category }) => ({ ...said, category }),
  planned: ({ steps = '', ...said }) => ({ ...said, steps: steps.split('\n').map(line => line.trim()).filter(Boolean) }),
  agreed: ({ words, until = null, oral, ...said }) => ({ ...said, oral: Boolean(oral), duties: words ? [{ words, until }] : [] }),
}
const forms = [...document.querySelectorAll('#steps-of-dispute details')]
let row, mine, act

for (const { firstElementChild: { nextElementSibling: form }, dataset: { verb } } of forms) {
  form.addEventListener('submit', async event => {
    event.preventDefault()
    const button = form.lastElementChild
    button.disabled = true  // photos take a moment to shrink
    try {
      const body = text(form)
      const shas = new Set()
      for (const file of [...form.elements.photos?.files ?? []].slice(0, MOST)) shas.add(await take(file))
      await act(verb, BODIES[verb]?.(body, { task: mine?.n, category: row.category }) ?? body, [...shas].filter(Boolean))
      form.reset()
    } catch (error) {
      toast(error.name === 'QuotaExceededError' ? t('手机空间满了,这张照片没存下。文字可以照常保存。') : error.message)
    }
    button.disabled = false
  })
}

// Shows the steps that follow the stage the feed knows, or the step that waits on this phone.
export function offer(known, records, me, doing) {
  [row, act] = [known, doing]
  mine = row?.tasks?.find(({ what }) => what === 'mediate')
  const did = (verb, fits = () => true) => row?.next?.includes(verb) || records.some(({ action, state }) => action.verb === (verb === 'confirmed' ? 'agreed' : 'mediated') && state !== 'refused' && fits(action.body))
  const waiting = records.filter(({ state }) => state === 'saved').map(({ action }) => forms.find(({ dataset }) => dataset.verb === action.verb)?.dataset.leads)
  const stage = waiting.filter(Boolean).at(-1) ?? row?.stage
  const fits = { signed: mine, classified: row?.category, agreed: did('agreed'), failed: did('failed'), confirmed: did('confirmed', ({ confirmation }) => confirmation && confirmation !== 'none') }
  for (const one of forms) one.hidden = !one.dataset.stages.split(' ').includes(stage) || one.dataset.verb in fits && !fits[one.dataset.verb]
  document.getElementById('steps-of-dispute').hidden = row?.kind !== 'dispute' || !mine && !me.posts.some(({ role }) => role === 'mediator') || forms.every(({ hidden }) => hidden)
}
