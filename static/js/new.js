// 记一笔: the form, from the address, a draft or an earlier entry, kept on every change.
import { guard, notice, ready, sendSoon } from './boot.js'
import * as drafts from './draft.js'
import * as outbox from './outbox.js'
import * as photos from './photo.js'
import { locator, picker } from './place.js'
import * as rosters from './roster.js'
import * as store from './store.js'
import { banner, byId, clone, kindOf, stateOf, toast } from './view.js'
import { met } from './who.js'
import { isoDay, labels, stamp, t } from './words.js'

const SENSITIVE = /(?:^|\D)(\d{17}[\dXx]|1[3-9]\d{9}|\d{16,19})(?!\d)/
const FOLLOWED = ['hazard', 'dispute', 'request']

const [me, roster] = await Promise.all([ready, met.then(user => user && rosters.load())])
const query = new URLSearchParams(location.search)
const form = byId('form')
const grids = roster.grids.length ? roster.grids : me.scopes
const place = picker(roster, grids, where => { draft.where = where; notice('where', null); showPlaces(read().fields); changed() })
const gps = locator(position => { draft.position = position; changed() })

const keeper = drafts.keeper({ read, failed: notKept, lost: takenOver })
let draft = drafts.blank()
let earlier = []  // bodies of what was recorded before, latest first
let dirty = false
let done = false

// ── where the form comes from

async function begin() {
  if (query.has('draft')) {
    const known = await drafts.get(query.get('draft'))
    if (known) return known
    const sent = await store.get('actions', query.get('draft'))
    if (sent) location.replace(`/entry?id=${sent.entry}`)
  }
  if (query.has('amend')) return await amendment(query.get('amend')) ?? elsewhere(`/entry?id=${query.get('amend')}`)
  if (query.has('again')) {
    const [known, refused] = [await drafts.get(query.get('again')), await store.get('actions', query.get('again'))]
    return known ?? (refused?.state === 'refused' ? again(refused) : elsewhere('/outbox'))
  }
  const home = roster.byId.get(query.get('household'))
  return drafts.blank({
    kind: query.get('kind') in labels.kinds ? query.get('kind') : null, where: home ? { area: home.area, household: home.id } : null,
    parent: query.get('parent'), camera: query.has('camera'), ...query.has('tick') && { fields: { 'visit.topics': query.getAll('tick') } },
  })
}

function elsewhere(url) {
  location.replace(url)
  return new Promise(() => {})
}

// From what the feed says, or what this phone wrote since, without lost photos.
async function amendment(entry) {
  const earlier = (await drafts.all()).find(one => one.entry === entry && one.verb === 'amended')
  if (earlier) return earlier
  const records = await outbox.ofEntry(entry)
  const lost = new Set(records.flatMap(record => Object.keys(record.lost ?? {})))
  const mine = records.filter(({ action, state }) => ['recorded', 'amended'].includes(action.verb) && state !== 'refused').at(-1)
  const row = await store.get('rows', entry)
  const amended = (body, shas) => ({ ...fromBody(body, shas.filter(sha => !lost.has(sha))), entry, verb: 'amended' })
  if (mine && (!row || mine.state === 'saved' || Date.parse(row.asked) <= Date.parse(mine.heard))) {
    return { ...amended(mine.action.body, mine.action.photos), after: mine.id }
  }
  if (!row) return null
  const content = { ...row, ...row.details, roles: Object.fromEntries(row.photos) }
  return { ...amended(content, row.photos.map(([sha]) => sha)), reason: row.stage === 'returned' ? row.reason : '' }
}

// A refused record keeps its id, for others may wait for it, unless that was wrong.
function again({ action: { body, photos: shas, entry, verb, after }, id, reason }) {
  const own = ['id_reused', 'malformed'].includes(reason) ? { replaces: id } : { id }
  return { ...fromBody(body, shas), entry, verb, after, ...own }
}

function fromBody(body, shas) {
  const fields = { note: [body.note], place: [body.place], source: [body.source], happened_at: [local(new Date(body.happened_at))] }
  if (body.category) fields[`${body.kind}.category`] = [body.category]
  if (body.on_the_spot) fields.on_the_spot = ['1']
  for (const { name, shape } of kindOf(body.kind).fields) {
    const value = body[name]
    if (value === undefined || value === null || value === false) continue
    fields[`${body.kind}.${name}`] = ['some', 'places'].includes(shape) ? value : shape === 'switch' ? ['1'] : [`${value}`]
  }
  const position = body.lat === null || body.lat === undefined ? null : { lat: body.lat, lng: body.lng, accuracy: body.accuracy }
  return drafts.blank({
    kind: body.kind, where: { area: body.area, household: body.household }, parent: body.parent, created: body.happened_at, position, fields,
    photos: shas.map(sha => ({ sha, role: body.roles?.[sha] || 'near' })),
  })
}

async function open() {
  const mine = await keeper.hold(draft.id)
  await fill()
  if (!mine) {
    setAside(true)
    notice('window', banner('unsent', t('这份草稿正在另一个窗口编辑'), t('在这里接着写'), async () => {
      await keeper.hold(draft.id, true)
      draft = await drafts.get(draft.id) ?? draft
      notice('window', null)
      setAside(false)
      await fill()
    }))
  }
  document.body.dataset.ready = 'new'
  await offerEarlier()
  const permission = await navigator.permissions?.query({ name: 'geolocation' })
  if (permission?.state === 'granted' && !draft.position) gps.locate()
}

// Makes the fields of a kind, which lie in the page as text until they are wanted.
function unpack(kind) {
  const packed = [...form.querySelectorAll('noscript')].find(node => node.dataset.kind === kind)
  if (!packed) return
  const made = document.createElement('template')
  made.innerHTML = packed.textContent  // as the server wrote it into this page
  packed.replaceWith(made.content)
  showPlaces({ ...draft.fields, ...read().fields })
}

// ── the form and the draft

async function fill() {
  for (const name of [draft.kind, ...Object.keys(draft.fields)]) unpack(name?.split('.')[0])
  showPlaces(draft.fields)
  for (const input of form.elements) {
    if (!input.name) continue
    const values = input.name === 'kind' ? [draft.kind] : draft.fields[input.name] ?? []
    if (input.type === 'radio' || input.type === 'checkbox') input.checked = values.includes(input.value)
    else if (input.tagName === 'SELECT') input.value = values[0] ?? 'worker'
    else input.value = values[0] ?? ''
  }
  if (!form.elements.happened_at.value) form.elements.happened_at.value = local(new Date(draft.created))
  for (const chosen of form.querySelectorAll('details input:checked')) chosen.closest('details').open = true
  if (draft.camera) form.prepend(byId('f-photos'))
  if (draft.verb === 'amended') {
    byId('heading').textContent = t('改正')
    byId('f-kind').hidden = true
    notice('reason', draft.reason ? banner('error', t('退回原因:{reason}', { reason: draft.reason })) : null)
  }
  place.show(draft.where)
  gps.show(draft.position)
  await showPhotos()
  showKind()
}

// The buildings of the chosen grid, or of all of one's own, as ticks.
function showPlaces(fields) {
  const scope = roster.places.get(draft.where?.area)?.scope
  const there = rosters.buildings(roster).filter(building => !scope || building.scope === scope)
  for (const { dataset: { places: name }, lastElementChild: choices } of form.querySelectorAll('[data-places]')) choices.replaceChildren(...there.map(building => {
    const node = clone('place-tick')
    node.lastElementChild.textContent = building.name
    Object.assign(node.firstElementChild, { name, value: building.code, checked: fields[name]?.includes(building.code) })
    return node
  }))
}

function read() {
  const fields = {}
  for (const [name, value] of new FormData(form)) if (name !== 'kind' && value !== '') (fields[name] ??= []).push(value)
  return { ...draft, kind: form.elements.kind.value || null, fields }
}

function changed() {
  if (!dirty) history.replaceState(null, '', `/new?draft=${draft.id}`)
  dirty = true
  keeper.changed()
  document.dispatchEvent(new Event('changed'))
}

function showKind() {
  const name = form.elements.kind.value
  const kind = kindOf(name)
  unpack(name)
  for (const node of form.querySelectorAll('[data-kind]')) node.hidden = node.dataset.kind !== name
  byId('words').hidden = !name
  byId('solved').hidden = !kind.case
  for (const node of form.querySelectorAll('[data-solved]')) node.hidden = !form.elements.on_the_spot.checked
  byId('save').disabled = !name
  byId('careful').hidden = !SENSITIVE.test(form.elements.note.value)
  form.querySelector('output[for=f-note]').textContent = `${form.elements.note.value.length}/2000`
  showCopy(name)
}

form.addEventListener('input', event => {
  if (event.target.id === 'find-home' || event.target.type === 'file' || event.target.classList.contains('photo-role')) return
  showKind()
  changed()
})

form.addEventListener('click', ({ target }) => {
  const phrase = target.closest('.phrase')
  const days = target.closest('[data-days]')
  const note = form.elements.note
  if (phrase) note.value = [note.value.trim(), phrase.textContent].filter(Boolean).join('').slice(0, 2000)
  else if (days) form.elements[days.dataset.for].value = isoDay(new Date(Date.now() + days.dataset.days * 86_400_000))
  else return
  showKind()
  changed()
})

// ── as the last time, and what was not finished

async function offerEarlier() {
  const mine = (await outbox.all()).filter(({ action }) => action.verb === 'recorded').reverse().map(({ action }) => action.body)
  const rows = (await store.all('rows')).filter(row => row.author === me.username).sort((a, b) => a.happened_at < b.happened_at ? 1 : -1)
  earlier = [...mine, ...rows.map(row => ({ ...row, ...row.details }))]
  showCopy(form.elements.kind.value)
  const unfinished = (await drafts.all()).filter(one => one.id !== draft.id)
  byId('resume').hidden = !unfinished.length || location.search !== ''
}

function showCopy(name) {
  const known = earlier.some(({ kind }) => kind === name)
  byId('copy-last').hidden = !known || draft.verb === 'amended' || form.elements.note.value !== ''
}

byId('copy-last').addEventListener('click', async () => {
  const name = form.elements.kind.value
  const { fields, where } = fromBody(earlier.find(({ kind }) => kind === name), [])
  const { happened_at: when, [`${name}.follow_up`]: day, ...same } = fields
  draft = { ...read(), where: draft.where ?? where, fields: { ...read().fields, ...same } }
  await fill()
  changed()
})

// ── photos

async function showPhotos() {
  const list = byId('photos')
  list.querySelectorAll('li:not(.add)').forEach(node => node.remove())
  for (const photo of draft.photos) list.insertBefore(await tile(photo), list.querySelector('.add'))
  const full = draft.photos.length >= photos.MOST
  list.querySelectorAll('.add').forEach(node => { node.hidden = full })
  byId('photo-count').textContent = draft.photos.length ? t('{n} 张,最多 {most} 张', { n: draft.photos.length, most: photos.MOST }) : t('最多 {most} 张', { most: photos.MOST })
}

async function tile(photo) {
  const node = clone('photo')
  node.querySelector('img').src = await photos.address(photo.sha)
  node.querySelector('a').href = await photos.address(photo.sha, true)
  const role = node.querySelector('select')
  role.value = photo.role
  role.addEventListener('change', () => { photo.role = role.value; changed() })
  node.querySelector('button').addEventListener('click', async () => {
    draft.photos = draft.photos.filter(other => other !== photo)
    await showPhotos()
    changed()
  })
  return node
}

for (const id of ['camera', 'gallery']) {
  byId(id).addEventListener('click', () => keeper.save())  // the camera may kill this page
  byId(id).addEventListener('change', async ({ target }) => {
    for (const file of target.files) await addPhoto(file)
    target.value = ''
    await showPhotos()
  })
}

async function addPhoto(file) {
  if (draft.photos.length >= photos.MOST) return toast(t('最多 {most} 张照片', { most: photos.MOST }))
  try {
    const sha = await photos.take(file)
    if (!sha || draft.photos.some(photo => photo.sha === sha)) return
    draft.photos.push({ sha, role: nextRole() })
    changed()
    await keeper.save()
  } catch (error) {
    notice('photo', banner('error', error.message))
  }
}

function nextRole() {
  const usual = kindOf(form.elements.kind.value).roles
  if (!usual.includes('before')) return usual[draft.photos.length ? 1 : 0] ?? 'near'
  const used = draft.photos.map(({ role }) => role)
  return used.includes('before') ? form.elements.on_the_spot.checked && !used.includes('after') ? 'after' : 'near' : 'before'
}

// ── saving

form.addEventListener('submit', event => {
  event.preventDefault()
  save()
})

async function save() {
  if (done || !form.elements.kind.value) return
  if (!draft.where) return notice('where', banner('error', t('请选择在哪里'), t('去选'), '#f-where'))
  done = true
  byId('save').disabled = true
  let record
  try {
    record = await toRecord(read())
    await keeper.stop()
    await outbox.keep(record)
  } catch (error) {
    done = false
    byId('save').disabled = false
    keeper.resume()
    notice('full', banner('error', error.name === 'QuotaExceededError' ? t('手机空间满了,没有存下。请先去待上传导出或腾出空间,这一页的内容还在。') : t('没有存下({reason})。这一页的内容还在,请再按一次保存。', { reason: error.name })))
    return
  }
  show(record)
  document.dispatchEvent(new Event('saved'))
  keepForGood().catch(console.info)
  await sendSoon()
}

async function toRecord(final) {
  const { id, entry, verb, kind, where, position, fields, photos: pictures, parent, after, replaces } = final
  const text = name => fields[name]?.[0] ?? ''
  const happened = text('happened_at') === local(new Date(draft.created)) ? draft.created : stamp(new Date(text('happened_at') || draft.created))
  const body = {
    kind, area: where.area, household: where.household, category: text(`${kind}.category`) || null, note: text('note'), place: where.household ? '' : text('place'),
    happened_at: happened, source: text('source') || 'worker', lat: null, lng: null, accuracy: null, ...position, parent,
    on_the_spot: Boolean(kindOf(kind).case && fields.on_the_spot), roles: Object.fromEntries(pictures.map(({ sha, role }) => [sha, role])), ...own(kind, fields),
  }
  const record = { id, entry, kind, saved_at: new Date().toISOString(), where: place.words(where), replaces }
  if (FOLLOWED.includes(kind) && verb === 'recorded') {
    record.token = token()
    body.link = await photos.sha256(new TextEncoder().encode(record.token))
  }
  record.action = { id, entry, verb, by: me.username, at: stamp(), after, seen: null, body, photos: pictures.map(({ sha }) => sha) }
  return record
}

function own(kind, fields) {
  const values = {}
  for (const { name, shape } of kindOf(kind).fields) {
    const given = fields[`${kind}.${name}`]
    if (shape === 'switch') values[name] = Boolean(given)
    else if (!given) continue
    else if (['some', 'places'].includes(shape)) values[name] = given
    else if (shape === 'number') { if (Number.isFinite(parseFloat(given[0]))) values[name] = Math.min(parseFloat(given[0]), 1e9) }
    else values[name] = given[0]
  }
  return values
}

function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function show(record) {
  const { entry, kind, action, token: followed } = record
  byId('form').hidden = true
  document.querySelector('.bottom').hidden = true
  for (const matter of ['reason', 'photo', 'full', 'window']) notice(matter, null)
  byId('saved').hidden = false
  byId('saved').focus()
  scrollTo(0, 0)
  showFate(record.id)
  store.news.addEventListener('records', () => showFate(record.id))
  const home = action.body.household
  byId('also').hidden = !['visit', 'patrol'].includes(kind) || action.verb !== 'recorded'
  for (const link of document.querySelectorAll('[data-also]')) {
    const next = { kind: link.dataset.also, parent: entry, ...home && { household: home } }
    link.href = `/new?${new URLSearchParams(next)}`
  }
  byId('show-link').hidden = !followed
  byId('show-link').firstElementChild.href = `/entry?id=${entry}#link`
}

async function showFate(id) {
  const record = await store.get('actions', id)
  if (record && record.state !== 'saved') byId('saved').querySelector('.empty-title + p').textContent = stateOf(record).word
}

// Asked after the first save.
async function keepForGood() {
  if (await store.phone.get('persisted')) return
  await store.phone.set('persisted', await navigator.storage?.persist?.() ?? false)
}

function notKept(error) {
  notice('draft', banner('error', error.name === 'QuotaExceededError' ? t('手机空间满了,草稿没存下。请尽快保存或腾出空间。') : t('草稿没存下({reason})。请按保存。', { reason: error.name })))
}

function takenOver() {
  setAside(true)
  notice('window', banner('unsent', t('另一个窗口接手了这份草稿,这里不再保存')))
}

function setAside(aside) {
  form.inert = aside
  document.querySelector('.bottom').inert = aside
}

function local(date) {
  return `${isoDay(date)}T${`${date.getHours()}`.padStart(2, '0')}:${`${date.getMinutes()}`.padStart(2, '0')}`
}

draft = await begin()
guard(() => dirty && !done)
await open()
