// The households and places of this phone's grids.
import * as store from './store.js'
import { daysBetween, isoDay, labels, t } from './words.js'

const natural = new Intl.Collator('zh', { numeric: true }).compare
const bare = text => (text ?? '').toLowerCase().replace(/[\s\-–—·,,。栋单元号楼室户]/g, '')

// `open` is where things are that have no door.
export async function load() {
  const rosters = await store.all('rosters')
  const places = new Map(rosters.flatMap(roster => roster.places.map(([code, name, parent, level]) => [code, { code, name, parent, level, scope: roster.scope }])))
  const grids = rosters.map(({ scope, name }) => ({ code: scope, name }))
  const open = rosters.flatMap(({ open, scope, name }) => open?.map(([code, name]) => ({ code, name })) ?? [{ code: scope, name }])
  const homes = rosters.flatMap(roster => roster.households.map(home => describe(home, places)))
  homes.sort((a, b) => natural(a.building.name, b.building.name) || natural(a.unit?.name ?? '', b.unit?.name ?? '') || natural(a.room, b.room))
  return { homes, places, grids, open, byId: new Map(homes.map(home => [home.id, home])), order: natural, empty: rosters.length === 0 }
}

function describe(home, places) {
  const door = places.get(home.area) ?? { code: home.area, name: '' }
  const unit = door.level === 'unit' ? door : null
  const building = unit ? places.get(unit.parent) ?? door : door
  return {
    ...home, building, unit, tags: home.tags ?? [], where: [building.name, unit?.name, home.room].filter(Boolean).join(' '),
    keys: [home.name, home.room, home.pinyin, home.initials, building.name + (unit?.name ?? '') + home.room].map(bare),
  }
}

export function buildings({ places, homes }) {
  const doors = new Set(homes.map(home => home.building.code))
  return [...places.values()].filter(place => place.level === 'building' || doors.has(place.code)).sort((a, b) => natural(a.name, b.name))
}

export const units = ({ places }, building) => [...places.values()].filter(place => place.parent === building && place.level === 'unit').sort((a, b) => natural(a.name, b.name))

export function placeName({ places, grids }, code) {
  const place = places.get(code)
  if (!place) return grids.find(grid => grid.code === code)?.name ?? ''
  return place.level === 'unit' ? `${places.get(place.parent)?.name ?? ''} ${place.name}`.trim() : place.name
}

// Best first.
export function find(homes, words) {
  const wanted = bare(words)
  if (!wanted) return []
  const rank = ({ keys }) => keys.some(key => key === wanted) ? 0 : keys.some(key => key.startsWith(wanted)) ? 1 : keys.some(key => key.includes(wanted)) ? 2 : 3
  return homes.map(home => [rank(home), home]).filter(([worth]) => worth < 3).sort((a, b) => a[0] - b[0]).map(([, home]) => home)
}

export const tagWords = home => home.tags.map(tag => labels.care[tag]?.[0]).filter(Boolean)

// `visits` are those that the roster has not heard of; overdue is in days. Whoever does no visits has homes without `due`.
export function visitOf(home, visits, today = isoDay()) {
  const latest = visits.get(home.id)
  const visited = latest > (home.visited ?? '') ? latest : home.visited
  if (!visited) return { due: home.due, overdue: null }
  const often = Math.min(labels.ordinary_days, ...home.tags.map(tag => labels.care[tag]?.[1]).filter(Boolean))
  const overdue = daysBetween(visited, today) - often
  return { visited, overdue, today: visited === today }
}

export function dueWords({ visited, due, overdue, today }) {
  if (today) return { word: t('今天走访过'), tone: 'done' }
  if (!visited) return due && { word: t('还没走访过'), tone: 'waiting' }
  if (overdue > 0) return { word: t('过期 {n} 天', { n: overdue }), tone: 'overdue' }
  return overdue === 0 ? { word: t('到期今天'), tone: 'waiting' } : null
}

// household -> the day of its latest visit
export function visitsFrom(rows, records) {
  const visits = new Map()
  const note = (household, day) => { if (household && day > (visits.get(household) ?? '')) visits.set(household, day) }
  for (const row of rows) if (row.kind === 'visit' && !['withdrawn', 'declined'].includes(row.stage)) note(row.household, row.day)
  for (const record of records) if (record.kind === 'visit' && record.state !== 'refused') note(record.action.body.household, isoDay(new Date(record.action.at)))
  return visits
}
