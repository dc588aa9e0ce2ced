// 走访: the roster; search; one household.
import { ready } from './boot.js'
import * as outbox from './outbox.js'
import * as rosters from './roster.js'
import * as store from './store.js'
import { ask } from './sync.js'
import { byId, chip, clone, kindOf, row, stageChip, titleOf } from './view.js'
import { day, isoDay, t } from './words.js'

const MOST = 40

await ready
let roster, visits, rows, records

async function load() {
  [roster, rows, records] = await Promise.all([rosters.load(), store.all('rows'), outbox.all()])
  visits = rosters.visitsFrom(rows, records)
  show()
}

const stateOf = home => rosters.dueWords(rosters.visitOf(home, visits))

function rowOf(home, whole) {
  const { visited } = rosters.visitOf(home, visits)
  const meta = [whole ? [home.building.name, home.unit?.name].filter(Boolean).join(' ') : '', ...rosters.tagWords(home), visited && visited !== isoDay() ? t('上次 {day}', { day: day(visited) }) : '']
  return row({ url: () => open(home), lead: home.room, title: home.name, meta, state: stateOf(home) })
}

function show() {
  const words = byId('search-find').value.trim()
  const found = words ? rosters.find(roster.homes, words) : []
  byId('no-roster').hidden = !roster.empty
  byId('not-found').hidden = !words || found.length > 0
  byId('count').textContent = words ? t('找到 {n} 户', { n: found.length }) : t('共 {n} 户', { n: roster.homes.length })
  if (words) {
    const list = Object.assign(document.createElement('ul'), { className: 'rows' })
    list.replaceChildren(...found.slice(0, MOST).map(home => rowOf(home, true)))
    byId('list').replaceChildren(...found.length ? [list] : [])
    return
  }
  const open = document.querySelector('#list details[open] bdi')?.textContent
  const buildings = groupBy(roster.homes, home => home.building)
  byId('list').replaceChildren(...[...buildings].map(([building, homes], i) => section(building, homes, open ? building.name === open : i === 0)))
}

function groupBy(items, key) {
  const groups = new Map()
  for (const item of items) groups.set(key(item), [...groups.get(key(item)) ?? [], item])
  return groups
}

function section(building, homes, opened) {
  const node = clone('building')
  node.querySelector('bdi').textContent = building.name
  node.querySelector('.group-count').textContent = t('{n} 户', { n: homes.length })
  // a grid may have four hundred homes
  const fill = () => {
    if (!node.open || node.querySelector('section')) return
    node.querySelector('.units').replaceChildren(...[...groupBy(homes, home => home.unit?.name ?? '')].map(([name, own]) => {
      const unit = clone('unit')
      if (name) unit.querySelector('h3').textContent = name
      else unit.querySelector('h3').remove()
      unit.querySelector('ul').replaceChildren(...own.map(home => rowOf(home, false)))
      return unit
    }))
  }
  node.addEventListener('toggle', fill)
  node.open = opened
  fill()
  return node
}

// ── one household

let shown = null

function open(home) {
  shown = home
  const { visited } = rosters.visitOf(home, visits)
  byId('home-title').textContent = home.name
  byId('home-where').textContent = home.where
  byId('home-people').textContent = home.people ? t('{n} 人', { n: home.people }) : '—'
  const state = stateOf(home)
  byId('home-visited').textContent = visited ? day(visited) : state?.word ?? '—'
  byId('home-tags').replaceChildren(...rosters.tagWords(home).map(word => chip({ word })), ...state ? [chip(state)] : [])
  showTelephone(home.telephone)
  byId('reveal').hidden = !home.telephone
  for (const link of byId('home').querySelectorAll('[data-kind]')) link.href = `/new?${new URLSearchParams({ kind: link.dataset.kind, household: home.id })}`
  const history = rows.filter(entry => entry.household === home.id).sort((a, b) => a.happened_at < b.happened_at ? 1 : -1).slice(0, 10)
  byId('home-history').hidden = !history.length
  byId('home-history').querySelector('ul').replaceChildren(...history.map(entry => row({
    url: `/entry?id=${entry.entry}`, icon: kindOf(entry.kind).icon, title: titleOf(entry),
    meta: [day(entry.day), entry.note], state: stageChip(entry.stage),
  })))
  byId('home').showModal()
}

function showTelephone(number, whole) {
  const link = byId('home-telephone')
  link.textContent = number || t('没有登记')
  if (whole && number) link.href = `tel:${number}`
  else link.removeAttribute('href')
  byId('reveal-said').textContent = ''
}

byId('reveal').addEventListener('click', async () => {
  const home = shown
  try {
    const { status, answer } = await ask(`/households/${encodeURIComponent(home.id)}/telephone`, { method: 'POST' })
    if (status !== 200) return void (byId('reveal-said').textContent = answer.message)
    if (shown === home) showTelephone(answer.telephone, true)
    byId('reveal').hidden = true
    byId('reveal-said').textContent = t('这次查看已登记')
  } catch (error) {
    if (!error.state) throw error
    const said = byId('reveal-said')
    said.textContent = said.dataset[error.state] ?? said.dataset.busy
  }
})

byId('search-find').addEventListener('input', show)
await load()
const query = new URLSearchParams(location.search)
if (query.has('find')) byId('search-find').focus()
if (roster.byId.has(query.get('household'))) open(roster.byId.get(query.get('household')))
for (const what of ['rows', 'records']) store.news.addEventListener(what, load)
document.body.dataset.ready = 'visits'
