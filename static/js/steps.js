// What may be done about an entry on its page. Each step is kept like any other record; where a mediator's lead is written on their forms.
import { takeAll } from './photo.js'
import { toast } from './view.js'
import { day, t } from './words.js'

const text = form => Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim?.()))
const BODIES = {
  signed: (_said, { task }) => ({ task }),
  handled: (said, { task, shas }) => ({ ...said, task, roles: Object.fromEntries(shas.map(sha => [sha, 'after'])) }),
  followed_up: ({ solved, ...said }) => ({ ...said, solved: solved === 'yes' }),
  classified: (said, { category }) => ({ ...said, category }),
  planned: ({ steps = '', ...said }) => ({ ...said, steps: steps.split('\n').map(line => line.trim()).filter(Boolean) }),
  agreed: ({ words, until = null, oral, ...said }) => ({ ...said, oral: Boolean(oral), duties: words ? [{ words, until }] : [] }),
  performed: ({ duty, fulfilled, ...said }) => ({ ...said, duty: Number(duty), fulfilled: fulfilled === 'yes' }),
}
const section = document.getElementById('steps-of-dispute')
const forms = [...section.querySelectorAll('details')]
const duty = section.querySelector('[name=duty]')
let row, mine, act

for (const form of document.querySelectorAll('#entry form')) {
  const { verb } = form.closest('[data-verb]').dataset
  form.addEventListener('submit', async event => {
    event.preventDefault()
    const button = form.lastElementChild
    button.disabled = true  // photos take a moment to shrink
    try {
      const said = text(form), shas = await takeAll(form)
      await act(verb, BODIES[verb]?.(said, { task: mine?.n, category: row.category, shas }) ?? said, shas)
      form.reset()
    } catch (error) {
      toast(error.message)
    }
    button.disabled = false
  })
}

// Shows the steps that follow the stage the feed knows, or the step that waits on this phone.
export function offer(known, records, me, doing) {
  [row, act] = [known, doing]
  mine = row?.tasks?.find(({ what }) => what !== 'follow_up')
  const did = (verb, fits = () => true) => row?.next?.includes(verb) || records.some(({ action, state }) => action.verb === (verb === 'confirmed' ? 'agreed' : 'mediated') && state !== 'refused' && fits(action.body))
  const waiting = records.filter(({ state }) => state === 'saved').map(({ action }) => forms.find(({ dataset }) => dataset.verb === action.verb)?.dataset.leads)
  const stage = waiting.filter(Boolean).at(-1) ?? row?.stage
  const duties = row?.duties ?? []
  if (duty.length !== duties.length) duty.replaceChildren(...duties.map(([n, until]) => new Option([t('第 {n} 项', { n }), until && day(until)].filter(Boolean).join(' · '), n)))
  const fits = { signed: mine, classified: row?.category, agreed: did('agreed'), failed: did('failed'), confirmed: did('confirmed', ({ confirmation }) => confirmation && confirmation !== 'none'), performed: duty.length }
  for (const one of forms) one.hidden = !one.dataset.stages.split(' ').includes(stage) || one.dataset.verb in fits && !fits[one.dataset.verb]
  section.hidden = row?.kind !== 'dispute' || !mine && !me.posts.some(({ role }) => role === 'mediator') || forms.every(({ hidden }) => hidden)
}
