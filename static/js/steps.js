// What may be done about an entry on its page. Each step is kept like any other record; where a mediator's lead is written on their forms.
import { guard } from './boot.js'
import { takeAll } from './photo.js'
import * as store from './store.js'
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

// What is half written stays on the phone, pictures too: the camera may kill the page.
const half = new Map()
const key = `half:${new URLSearchParams(location.search).get('id')}`
const written = [...document.querySelectorAll('#entry form')]
const verbOf = form => form.closest('[data-verb]').dataset.verb
const untouched = new Map(written.map(form => [form, JSON.stringify(text(form))]))
let timer
guard(() => half.size)

// With the drafts' durability.
const keep = () => store.change(['drafts', 'meta'], ({ meta }) => half.size ? meta.put([...half], key) : meta.delete(key))
  .catch(({ name }) => toast(t('草稿没存下({reason})。请按保存。', { reason: name })))

async function changed(form, { type }) {
  let shas = half.get(verbOf(form))?.shas ?? []
  if (type === 'file') shas = await takeAll(form).catch(({ message }) => { toast(message); return [] })
  const said = text(form)
  if (JSON.stringify(said) === untouched.get(form) && !shas.length) half.delete(verbOf(form))
  else half.set(verbOf(form), { said, shas })
  clearTimeout(timer)
  timer = setTimeout(keep, 300)
}
document.addEventListener('visibilitychange', () => { if (timer) keep() })

export async function recall() {
  for (const [verb, { said, shas }] of await store.get('meta', key) ?? []) {
    const form = written.find(one => verbOf(one) === verb)
    if (!form) continue
    half.set(verb, { said, shas })
    if (form.parentElement.matches('details')) form.parentElement.open = true
    for (const [name, value] of Object.entries(said)) {
      const field = form.elements[name]
      if (field?.type === 'checkbox') field.checked = true
      else if (field) field.value = value
    }
    const files = new DataTransfer()
    for (const photo of await Promise.all(shas.map(sha => store.get('photos', sha)))) if (photo) files.items.add(new File([photo.bytes], `${photo.sha.slice(0, 6)}.jpg`, { type: photo.type }))
    if (shas.length) form.elements.photos.files = files.files
  }
}

for (const form of written) {
  const verb = verbOf(form)
  form.addEventListener('input', ({ target }) => changed(form, target))
  form.addEventListener('submit', async event => {
    event.preventDefault()
    const button = form.lastElementChild
    button.disabled = true  // photos take a moment to shrink
    try {
      const said = text(form), shas = await takeAll(form)
      await act(verb, BODIES[verb]?.(said, { task: mine?.n, category: row.category, shas }) ?? said, shas)
      form.reset()
      half.delete(verb)
      clearTimeout(timer)
      await keep()
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
