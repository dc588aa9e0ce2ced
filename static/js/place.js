// Where it is: building, unit, home in three taps, or found by name.
import * as rosters from './roster.js'
import { byId, clone } from './view.js'
import { t } from './words.js'

export function picker(roster, grids, chosen) {
  const many = grids.length > 1
  const estates = new Set(rosters.buildings(roster).map(({ name }) => parts(name)[0]))
  const gridName = code => grids.find(grid => grid.code === code)?.name ?? ''

  function option(words, small, pressed, press) {
    const node = clone('pick')
    node.firstElementChild.textContent = words
    node.setAttribute('aria-label', [words, small].filter(Boolean).join(' '))
    if (small) node.lastElementChild.textContent = small
    else node.lastElementChild.remove()
    if (pressed) node.setAttribute('aria-pressed', 'true')
    node.addEventListener('click', press)
    return node
  }
  const mark = (column, node) => {
    for (const other of byId(column).querySelectorAll('button')) other.setAttribute('aria-pressed', String(other === node))
  }
  const fill = (column, nodes) => { byId(column).replaceChildren(...nodes); byId(column).scrollTop = 0 }

  function showBuildings() {
    const outside = roster.empty ? grids : roster.open
    const open = outside.map(({ code, name }) => option(t('公共区域'), outside.length > 1 ? name : '', false, () => choose({ area: code, household: null })))
    const doors = rosters.buildings(roster).map(building =>
      option(...shortened(building.name, many ? gridName(building.scope) : ''), false, ({ currentTarget }) => { mark('buildings', currentTarget); showUnits(building) }))
    fill('buildings', [...doors, ...open])
    fill('units', [hint(t('再选单元'))])
    fill('homes', [hint(t('再选住户'))])
  }

  // 水韵家园1号楼 is looked for as 1号楼.
  function shortened(name, grid) {
    const [estate, number] = parts(name)
    return [number, [estates.size > 1 ? estate : '', grid].filter(Boolean).join(' · ')]
  }

  const hint = words => Object.assign(document.createElement('p'), { className: 'pick-hint', textContent: words })

  function showUnits(building) {
    const units = rosters.units(roster, building.code)
    const whole = option(t('整栋楼'), '', false, () => choose({ area: building.code, household: null }))
    const doors = units.map(unit => option(unit.name, '', units.length === 1, ({ currentTarget }) => { mark('units', currentTarget); showHomes(unit) }))
    fill('units', [...doors, whole])
    if (units.length === 1) showHomes(units[0])
    else fill('homes', units.length ? [hint(t('再选住户'))] : doorsOf(building))
  }

  const doorsOf = place => roster.homes.filter(home => home.area === place.code).map(home => option(home.room, home.name, false, () => choose({ area: place.code, household: home.id })))

  function showHomes(unit) {
    fill('homes', [...doorsOf(unit), option(t('楼道公共处'), '', false, () => choose({ area: unit.code, household: null }))])
  }

  function showFound() {
    const words = byId('find-home').value
    const found = rosters.find(roster.homes, words).slice(0, 12)
    byId('picker').hidden = words.trim() !== ''
    byId('found').hidden = words.trim() === ''
    byId('found').replaceChildren(...found.map(home => {
      const node = option(home.where, [home.name, ...rosters.tagWords(home)].join(' · '), false, () => choose({ area: home.area, household: home.id }))
      node.className = 'found'
      return node
    }))
    if (!found.length) byId('found').append(Object.assign(document.createElement('p'), { className: 'found quietly', textContent: t('没有找到,换个写法试试') }))
  }

  function choose(where) {
    show(where)
    chosen(where)
  }

  function show(where) {
    byId('choose-place').hidden = Boolean(where)
    byId('trail').hidden = !where
    byId('trail-words').textContent = where ? words(where) : ''
    byId('place-words').hidden = !where || Boolean(where.household)
    if (!where) showBuildings()
  }

  function words({ area, household }) {
    const home = roster.byId.get(household)
    return home ? `${home.where} ${home.name}` : rosters.placeName(roster, area) || gridName(area) || t('这一户')
  }

  byId('find-home').addEventListener('input', showFound)
  byId('change-place').addEventListener('click', () => { byId('find-home').value = ''; showFound(); choose(null) })
  return { show, words }
}

const parts = name => (/^(.*?)(\d.*)$/.exec(name) ?? [name, '', name]).slice(1)

export function locator(found) {
  const say = words => {
    byId('located').textContent = words
    byId('located').hidden = !words
  }
  const show = position => say(position ? t('已定位,误差约 {n} 米', { n: Math.round(position.accuracy) }) : '')
  const locate = () => {
    say(t('正在定位…'))
    navigator.geolocation.getCurrentPosition(({ coords: { latitude, longitude, accuracy } }) => {
      const position = { lat: round(latitude), lng: round(longitude), accuracy: Math.round(accuracy) }
      show(position)
      found(position)
    }, () => say(t('没有定到位,不影响保存')), { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 })
  }
  byId('locate').addEventListener('click', locate)
  return { show, locate }
}

const round = degrees => Math.round(degrees * 1e6) / 1e6
