// The next steps of a dispute on its mediator's phone. Each is kept like any other record; where they lead is written on their forms.
const text = form => Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()))
const BODIES = {
  signed: (_said, { task }) => ({ task }),
  classified: (said, { category }) => ({ ...said, category }),
  planned: ({ steps = '', ...said }) => ({ ...said, steps: steps.split('\n').map(line => line.trim()).filter(Boolean) }),
  agreed: ({ words, until = null, oral, ...said }) => ({ ...said, oral: Boolean(oral), duties: words ? [{ words, until }] : [] }),
}
const forms = [...document.querySelectorAll('#steps-of-dispute details')]
let row, mine, act

for (const { firstElementChild: { nextElementSibling: form }, dataset: { verb } } of forms) {
  form.addEventListener('submit', event => {
    event.preventDefault()
    const body = text(form)
    form.reset()
    act(verb, BODIES[verb]?.(body, { task: mine?.n, category: row.category }) ?? body)
  })
}

// Shows the steps that follow the stage the feed knows, or the step that waits on this phone.
export function offer(known, records, me, doing) {
  [row, act] = [known, doing]
  mine = row?.tasks?.find(({ what }) => what === 'mediate')
  const waiting = records.filter(({ action, state }) => state === 'saved' && forms.some(({ dataset }) => dataset.verb === action.verb)).map(({ action }) => action.verb)
  const stage = forms.find(({ dataset }) => dataset.verb === waiting.at(-1))?.dataset.leads ?? row?.stage
  const fits = { signed: mine, classified: row?.category, agreed: heard(records), failed: heard(records) }
  for (const one of forms) one.hidden = !one.dataset.stages.split(' ').includes(stage) || one.dataset.verb in fits && !fits[one.dataset.verb]
  document.getElementById('steps-of-dispute').hidden = row?.kind !== 'dispute' || !mine && !me.posts.some(({ role }) => role === 'mediator') || forms.every(({ hidden }) => hidden)
}

const heard = records => records.some(({ action, state }) => action.verb === 'mediated' && state !== 'refused')
