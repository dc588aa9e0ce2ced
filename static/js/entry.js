// One entry: what the feed says, what is not sent yet, and the resident's link.
import { generate } from '../vendor/lean-qr.js'
import { ready, sendSoon } from './boot.js'
import * as outbox from './outbox.js'
import * as photos from './photo.js'
import * as rosters from './roster.js'
import { offer } from './steps.js'
import * as store from './store.js'
import { byId, chip, clone, kindOf, stageChip, stateOf, titleOf, toast } from './view.js'
import { day, labels, moment, stamp, t } from './words.js'

const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const CONTENT = ['recorded', 'amended']

const me = await ready
const id = new URLSearchParams(location.search).get('id')
let row, records, mine

async function show() {
  [row, records] = await Promise.all([store.get('rows', id), outbox.ofEntry(id)])
  mine = records.filter(({ action }) => CONTENT.includes(action.verb)).at(-1)
  const unknown = !row && !mine
  byId('unknown').hidden = !unknown
  byId('entry').hidden = unknown
  document.body.dataset.ready = 'entry'
  if (unknown) return
  // what waits on this phone is newer than what the feed knows
  const pending = mine && (mine.state !== 'kept' || !row)
  const body = pending ? mine.action.body : { ...row, ...row.details, roles: Object.fromEntries(row.photos) }
  const shas = pending ? mine.action.photos : row.photos.map(([sha]) => sha)
  const kind = kindOf(body.kind)
  byId('heading').textContent = titleOf(body)
  showState(pending)
  byId('note').textContent = body.note
  byId('note').hidden = !body.note
  await showPhotos(shas, body.roles ?? {})
  await showFacts(body, kind)
  await showLink()
  showSteps()
  const own = row ? row.author === me.username : true
  const open = row ? ['waiting', 'returned'].includes(row.stage) : mine.state !== 'refused'
  byId('amend').hidden = !own || !open
  byId('amend').firstElementChild.href = `/new?amend=${id}`
  const task = owes('handle') ?? owes('assist')
  const toSign = task && !task.signed && row.stage !== 'suspended' && !unsent('signed')
  byId('sign').hidden = !toSign
  byId('handle').hidden = toSign || row?.stage !== 'in_hand' && !task || row.next?.includes('handled') === false || unsent('handled')
  byId('revisit').hidden = !owes('follow_up') || unsent('followed_up')
  offer(row, records, me, act)
}

const owes = what => row?.tasks?.find(task => task.what === what)
const unsent = verb => records.some(({ action, state }) => action.verb === verb && state !== 'kept')

function showState(pending) {
  const chips = [...row ? [stageChip(row.stage)] : [], ...records.filter(outbox.open).slice(-1).map(record => stateOf(record, { row }))]
  if (!chips.length && mine) chips.push(stateOf(mine, { row }))
  byId('chips').replaceChildren(...chips.map(chip))
  byId('reason').hidden = row?.stage !== 'returned' || pending
  byId('reason').querySelector('.banner-words').textContent = t('退回原因:{reason}', { reason: row?.reason ?? '' })
  const wanting = row?.wanting?.map(wordOfWant) ?? []
  byId('wanting').hidden = !wanting.length || pending
  byId('wanting').querySelector('.banner-words').textContent = t('待补充:{what}', { what: wanting.join(t('、')) })
}

const wordOfWant = want => labels.about[want] ?? kindOf(row.kind).fields.find(({ name }) => name === want)?.label ?? want

async function showPhotos(shas, roles) {
  byId('photos').replaceChildren(...await Promise.all(shas.map(async sha => {
    const node = clone('shown-photo')
    node.querySelector('img').src = await photos.address(sha)
    node.querySelector('a').href = await photos.address(sha, true)
    node.querySelector('figcaption').textContent = labels.photo_roles[roles[sha]] ?? t('照片')
    return node
  })))
}

async function showFacts(body, kind) {
  const roster = await rosters.load()
  const home = roster.byId.get(body.household)
  const place = home ? `${home.where} ${home.name}` : [rosters.placeName(roster, body.area), body.place].filter(Boolean).join(' ') || mine?.where
  const facts = [
    [t('编号'), row?.number ?? mine?.number], [t('地点'), place], [t('时间'), moment(body.happened_at)], [t('时限'), row?.due_at && day(row.due_at)],
    ...kind.fields.map(field => [field.label, valueOf(field, body[field.name], roster)]),
    [t('现场已解决'), body.on_the_spot ? t('是') : null], [t('结果'), row?.outcome],
  ]
  byId('facts').replaceChildren(...facts.filter(([, value]) => value).map(([label, value]) => {
    const node = clone('fact')
    node.querySelector('dt').textContent = label
    node.querySelector('dd').textContent = value
    return node
  }))
}

function valueOf({ shape, choices }, value, roster) {
  if (value === undefined || value === null || value === '') return null
  if (shape === 'switch') return value ? t('是') : null
  if (shape === 'day') return day(value)
  return [value].flat().map(one => choices[one] ?? (shape === 'places' && rosters.placeName(roster, one) || one)).join(t('、'))
}

function showSteps() {
  const steps = [
    ...records.map(record => [labels.verbs[record.action.verb], record.saved_at, record.state === 'kept' ? 'done' : 'now']),
    row && [t('服务器收到'), row.heard_at, 'done'], row?.closed_at && [t('办结'), row.closed_at, 'done'],
  ].filter(Boolean).sort((a, b) => Date.parse(a[1]) - Date.parse(b[1]))
  byId('steps').replaceChildren(...steps.map(([what, when, progress]) => {
    const node = clone(`step-${progress}`)
    node.querySelector('.step-what').firstChild.textContent = `${what} `
    node.querySelector('time').textContent = moment(when)
    return node
  }))
}

// ── the resident's link: its token never leaves this phone

const svg = byId('qr').firstElementChild

async function showLink() {
  const owner = records.find(({ token }) => token)
  byId('link').hidden = !owner
  if (!owner || svg.hasAttribute('viewBox')) return
  const hash = owner.action.body.link
  const bits = parseInt(hash.slice(0, 8), 16) >>> 2
  byId('code').textContent = [25, 20, 15, 10, 5, 0].map(shift => LETTERS[bits >>> shift & 31]).join('')
  draw(generate(`${location.origin}/s/${owner.token}`))
  byId('link-later').hidden = owner.state === 'kept'
  if (location.hash === '#link') byId('link').scrollIntoView()
}

function draw(code) {
  const dots = []
  for (let y = 0; y < code.size; y += 1) for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) dots.push(`M${x} ${y}h1v1h-1z`)
  svg.setAttribute('viewBox', `-4 -4 ${code.size + 8} ${code.size + 8}`)
  svg.firstElementChild.setAttribute('d', dots.join(''))
}

async function act(verb, body, shas = []) {
  const action = { id: store.newId(), entry: id, verb, by: me.username, at: stamp(), after: null, seen: null, body, photos: shas }
  const roster = await rosters.load()
  const where = roster.byId.get(row.household)?.where ?? rosters.placeName(roster, row.area)
  await outbox.keep({ id: action.id, entry: id, kind: row.kind, where, saved_at: new Date().toISOString(), action })
  toast(t('已存手机'))
  await show()
  await sendSoon()
}

byId('revisit').addEventListener('input', () => { byId('f-revisited').required = byId('revisit').elements.solved.value === 'no' })

await show()
for (const what of ['rows', 'records']) store.news.addEventListener(what, show)
