// 今天: what is due now, by building and household, and what is done.
import { notice, ready } from './boot.js'
import * as drafts from './draft.js'
import * as outbox from './outbox.js'
import * as photos from './photo.js'
import * as rosters from './roster.js'
import * as store from './store.js'
import { ask } from './sync.js'
import { banner, byId, clone, group, kindOf, row, stageChip, titleOf } from './view.js'
import { day, isoDay, t, weekday } from './words.js'

const me = await ready

const newEntry = values => `/new?${new URLSearchParams(values)}`

async function gather() {
  const [roster, rows, records] = await Promise.all([rosters.load(), store.all('rows'), outbox.all()])
  const today = isoDay()
  const visits = rosters.visitsFrom(rows, records)
  const waiting = new Map(records.filter(record => record.state === 'saved').map(({ entry, action }) => [entry, action.verb]))
  const items = []
  for (const home of roster.homes) {
    const visit = rosters.visitOf(home, visits, today)
    const { visited, overdue, today: done } = visit
    const item = { building: home.building.name, lead: home.room, title: home.name, home }
    const meta = [...rosters.tagWords(home), visited && !done ? t('上次 {day}', { day: day(visited) }) : '']
    if (done) items.push({ ...item, done: true, order: 1e6, state: rosters.dueWords(visit), meta: rosters.tagWords(home), url: `/visits?household=${home.id}` })
    else if (overdue === null ? home.due && home.due <= today : overdue >= 0) {
      items.push({ ...item, plain: !home.tags.length, order: -(overdue ?? 0), state: rosters.dueWords(visit), meta, url: newEntry({ kind: 'visit', household: home.id }) })
    }
  }
  return { roster, items: [...items, ...cases(roster, rows, waiting, today), ...followUps(roster, rows, records, today)] }
}

function cases(roster, rows, waiting, today) {
  const items = []
  for (const entry of rows) {
    const home = roster.byId.get(entry.household)
    const item = {
      building: home?.building.name ?? rosters.placeName(roster, entry.area).split(' ')[0], lead: home?.room ?? '', icon: kindOf(entry.kind).icon,
      title: titleOf(entry),
    }
    const visit = entry.tasks?.find(({ what }) => what === 'follow_up')
    if (entry.stage === 'returned' && (entry.heir || entry.author === me.username)) {
      const mended = waiting.has(entry.entry)
      items.push({
        ...item, order: -1e6, meta: [entry.reason], url: mended ? `/entry?id=${entry.entry}` : newEntry({ amend: entry.entry }), done: mended,
        state: mended ? { word: t('已改正,待上传'), tone: 'done' } : { word: t('退回补正'), tone: 'overdue', icon: 'return' },
      })
    } else if (visit) {
      const late = isoDay(new Date(visit.due)) < today, asked = waiting.has(entry.entry)
      items.push({ ...item, order: -3, meta: [home?.name, t('问问居民:解决了吗?')], url: `/entry?id=${entry.entry}#revisit`, done: asked, state: asked ? { word: t('已存手机'), tone: 'done' } : { word: late ? t('回访过期') : t('{day} 前回访', { day: day(visit.due) }), tone: late ? 'overdue' : 'waiting', icon: 'repeat' } })
    } else if (entry.tasks?.length || entry.kind === 'delivery' && entry.details.ordered && ['waiting', 'in_hand'].includes(entry.stage)) {
      const did = waiting.get(entry.entry), done = did === 'handled'
      const state = done ? { word: t('已存手机'), tone: 'done' } : stateOf(entry, did)
      items.push({ ...item, order: -2, meta: [home?.name, entry.note], url: `/entry?id=${entry.entry}`, done, state: { icon: item.icon, ...state } })
    }
  }
  return items
}

// Of what was given to this person: is it late, to be signed for, or under way? Of an order that nobody has: is it late?
function stateOf({ tasks: [task] = [], due_at: due, stage }, did) {
  if (stage === 'suspended') return stageChip(stage)
  if (Date.parse(task ? task.due : due) < Date.now()) return { word: t('超期'), tone: 'overdue' }
  if (!task) return { word: t('待送到'), tone: 'waiting' }
  return task.signed || did ? { word: t('办理中'), tone: 'underway' } : { word: t('待签收'), tone: 'waiting' }
}

// 下次回访
function followUps(roster, rows, records, today) {
  const latest = new Map()
  const note = (household, at, promised) => { if (household && at > (latest.get(household)?.at ?? '')) latest.set(household, { at, promised }) }
  for (const entry of rows) if (entry.kind === 'visit' && !['withdrawn', 'declined'].includes(entry.stage)) note(entry.household, new Date(entry.happened_at).toISOString(), entry.details.follow_up)
  for (const { kind, action: { body } } of records) if (kind === 'visit') note(body.household, new Date(body.happened_at).toISOString(), body.follow_up)
  return [...latest].filter(([household, { promised }]) => promised && promised <= today && roster.byId.has(household)).map(([household, { promised }]) => {
    const home = roster.byId.get(household)
    return {
      building: home.building.name, lead: home.room, title: home.name, order: -3, meta: [t('说好 {day} 回访', { day: day(promised) })], home,
      url: newEntry({ kind: 'visit', household }), state: { word: promised < today ? t('回访过期') : t('今天回访'), tone: promised < today ? 'overdue' : 'waiting', icon: 'repeat' },
    }
  })
}

// Those who need somebody come first.
function folded(plain) {
  const node = clone('more-homes')
  node.querySelector('.row-body').textContent = t('普通住户 {n} 户该走访了', { n: plain.length })
  node.querySelector('ul').replaceChildren(...plain.map(row))
  return node
}

async function show() {
  const { roster, items } = await gather()
  if (!byId('list')) return  // the form stands here now
  const due = items.filter(item => !item.done)
  const finished = items.length - due.length
  const open = new Set([...document.querySelectorAll('.fold[open]')].map(node => node.closest('.group').querySelector('bdi').textContent))
  const names = [...new Set(items.map(({ building }) => building))].sort((a, b) => roster.order(a, b))
  byId('list').replaceChildren(...names.map(name => {
    const own = items.filter(({ building }) => building === name).sort((a, b) => a.order - b.order || roster.order(a.lead, b.lead))
    const left = own.filter(({ done }) => !done)
    const plain = left.filter(item => item.plain)
    const rows = own.filter(item => !item.plain).map(row)
    if (plain.length) rows.splice(rows.length - own.filter(({ done }) => done).length, 0, folded(plain))
    const node = group(name, left.length ? t('{n} 件', { n: left.length }) : t('做完了'), rows)
    if (open.has(name)) node.querySelector('.fold')?.setAttribute('open', '')
    return node
  }))
  byId('summary').hidden = !items.length
  byId('left').textContent = [roster.grids.length === 1 ? roster.grids[0].name : '', t('还有 {n} 件', { n: due.length })].filter(Boolean).join(' · ')
  byId('finished').textContent = finished ? t('已做 {n} 件', { n: finished }) : ''
  byId('nothing').hidden = items.length > 0 || roster.empty
  byId('no-roster').hidden = !roster.empty
  byId('heading').textContent = `${day(isoDay())} ${weekday(isoDay())}`
  document.body.dataset.ready = 'today'
}

// 先拍后填
byId('camera').addEventListener('change', async ({ target }) => {
  try {
    const sha = await photos.take(target.files[0])
    if (!sha) return
    const draft = drafts.blank({ photos: [{ sha, role: 'before' }], camera: true })
    await drafts.keep(draft)
    location.href = newEntry({ draft: draft.id })
  } catch (error) {
    notice('photo', banner('error', error.message))
  } finally {
    target.value = ''
  }
})

// The form opens in this page: to begin a new one takes a slow phone half a second more.
async function openForm(event) {
  const link = event.target.closest('a[href^="/new"]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  document.removeEventListener('click', openForm)  // once: its script begins but once in a page
  try {
    const answer = await fetch('/new')
    if (!answer.headers.has('X-Gridbook')) throw new Error('not ours')
    const page = await answer.text()
    const kept = ['status', 'banner', 'toasts'].map(byId)
    history.pushState(null, '', link.href)
    stands = location.pathname
    document.title = /<title>(.*)<\/title>/.exec(page)[1]
    delete document.body.dataset.ready
    document.body.innerHTML = /<body[^>]*>([^]*)<\/body>/.exec(page)[1]  // our own page, as the server wrote it
    for (const node of kept) byId(node.id).replaceWith(node)
    scrollTo(0, 0)
    Object.assign(byId('main'), { tabIndex: -1 }).focus({ preventScroll: true })
    await import('./new.js')
  } catch (error) {
    console.error(error)
    location.assign(link.href)
  }
}

let stands = location.pathname
addEventListener('popstate', () => { if (location.pathname !== stands) location.reload() })
document.addEventListener('click', openForm)

// The four duties of this week, as the server counts them.
function week(kept) {
  if (byId('list') && kept?.until >= isoDay()) for (const duty in kept.week) byId(duty).textContent = kept.week[duty]
}

await show()
week(await store.get('meta', 'week'))
for (const what of ['rows', 'records']) store.news.addEventListener(what, show)
try {
  const { status, answer } = await ask('/week.json')
  if (status === 200) {
    await store.put('meta', answer, 'week')
    week(answer)
  }
} catch (error) {
  if (!error.state) throw error
}
