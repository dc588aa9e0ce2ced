// 待上传: every record with its state in words; sending ends in a stated result.
import { ready } from './boot.js'
import * as drafts from './draft.js'
import * as outbox from './outbox.js'
import * as rosters from './roster.js'
import * as store from './store.js'
import { sync } from './sync.js'
import { byId, card, chip, kindOf, stateOf, titleOf, toast } from './view.js'
import { labels, moment, t } from './words.js'

const SHOWN = 30
const me = await ready
let sending = new Set()
let roster

function stated(content) {
  const node = card({ ...content, state: null, template: 'record' })
  const line = Object.assign(document.createElement('p'), { className: 'card-state' })
  line.append(chip(content.state))
  node.append(line, node.querySelector('.buttons'))
  return node
}

function record(one, rows, latest) {
  const { action, kind, where, saved_at: saved } = one
  const state = stateOf(one, { row: rows.get(one.entry), sending, latest: latest.get(one.entry) === one.id })
  const received = one.state === 'kept' && one.heard ? t('{moment} 收到', { moment: moment(one.heard) }) : t('{moment} 记', { moment: moment(saved) })
  const node = stated({
    url: `/entry?id=${one.entry}`, icon: kindOf(kind).icon, title: [action.verb !== 'recorded' && labels.verbs[action.verb], titleOf({ kind, category: action.body.category })].filter(Boolean).join(t(':')),
    meta: [where, received], note: action.body.note, state,
  })
  const button = name => node.querySelector(`[data-do=${name}]`)
  const lost = outbox.lost(one)
  const refused = one.state === 'refused'
  const stage = rows.get(one.entry)?.stage ?? 'waiting'
  const shown = { again: refused, change: refused && action.body.kind, discard: refused, retake: lost && ['waiting', 'returned'].includes(stage), without: lost }
  for (const button of node.querySelectorAll('[data-do]')) if (!shown[button.dataset.do]) button.remove()
  button('retake')?.setAttribute('href', `/new?amend=${one.entry}`)
  button('without')?.addEventListener('click', () => outbox.settleLost(one.id))
  if (!refused) return node
  button('again').addEventListener('click', async () => { await outbox.again(one.id); await send() })
  button('change')?.setAttribute('href', `/new?again=${one.id}`)
  button('discard').addEventListener('click', () => discard(one))
  return node
}

function unfinished(draft) {
  const where = draft.where && (roster.byId.get(draft.where.household)?.where ?? rosters.placeName(roster, draft.where.area))
  const node = stated({
    url: `/new?draft=${draft.id}`, icon: draft.kind ? kindOf(draft.kind).icon : 'edit', title: draft.kind ? titleOf({ kind: draft.kind, category: draft.fields[`${draft.kind}.category`]?.[0] }) : t('还没选是什么事'),
    meta: [where, moment(draft.changed), draft.photos.length ? t('{n} 张照片', { n: draft.photos.length }) : ''], note: draft.fields.note?.[0], state: { word: t('草稿'), tone: 'plain', icon: 'edit' },
  })
  for (const button of node.querySelectorAll('[data-do]:not([data-do=discard])')) button.remove()
  node.querySelector('[data-do=discard]').addEventListener('click', async () => { if (await sure(t('这份草稿还没有保存成记录,删除后找不回来。'))) await drafts.discard(draft.id) })
  return node
}

async function show() {
  const [records, list, rowList, last] = await Promise.all([outbox.all(), drafts.all(), store.all('rows'), store.get('meta', 'last')])
  roster ??= await rosters.load()
  const rows = new Map(rowList.map(row => [row.entry, row]))
  const latest = new Map(records.map(({ entry, id }) => [entry, id]))
  const returned = one => latest.get(one.entry) === one.id && rows.get(one.entry)?.stage === 'returned'
  const needed = one => outbox.open(one) || outbox.lost(one) || returned(one)
  const open = records.filter(needed).reverse()
  const kept = records.filter(one => !needed(one)).reverse().slice(0, SHOWN)
  fill('unfinished', list.map(unfinished))
  fill('unsent', open.map(one => record(one, rows, latest)))
  fill('sent', kept.map(one => record(one, rows, latest)))
  byId('nothing').hidden = list.length + open.length + kept.length > 0
  const unsent = records.filter(outbox.open).length
  byId('count').textContent = unsent ? t('{n} 条未上传', { n: unsent }) : t('没有要上传的')
  const success = last?.success
  byId('last').textContent = success ? t('上次成功 {moment},收到 {n} 条', { moment: moment(success.at), n: success.kept }) : t('还没有上传过')
  byId('export').disabled = !unsent
  await showSpace()
  document.body.dataset.ready = 'outbox'
}

function fill(id, nodes) {
  byId(id).hidden = !nodes.length
  byId(id).querySelector('ul').replaceChildren(...nodes)
}

async function showSpace() {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  const share = quota ? Math.round(usage / quota * 100) : 0
  byId('space').textContent = t('手机空间已用 {share}%({n} MB)', { share: share || (usage ? '<1' : 0), n: (usage / 1e6).toFixed(1) })
  const others = await outbox.ofOthers(me)
  byId('others').hidden = !others
  byId('others').textContent = t('本机还有其他账号的 {n} 条未上传', { n: others })
}

// ── sending by hand

// What a round of sending that did not end well has to say stands in the page.
function outcome({ state, kept, refused, photos, until }) {
  const words = byId('result').dataset
  if (state === 'paused') return words.paused.replace('{moment}', moment(new Date(until).toISOString()))
  if (state !== 'done') return words[state] ?? words.offline
  return [kept ? t('收到 {n} 条', { n: kept }) : '', photos ? t('{n} 张照片', { n: photos }) : '', refused ? t('{n} 条需处理', { n: refused }) : ''].filter(Boolean).join(t(',')) || words.nothing
}

async function send() {
  const [button, result] = [byId('send'), byId('result')]
  button.disabled = true
  delete result.dataset.done
  result.hidden = false
  result.textContent = result.dataset.sending
  try {
    result.textContent = outcome(await sync({ pressed: true }))
  } catch (error) {
    result.textContent = result.dataset.failed.replace('{reason}', error.message)
    throw error
  } finally {
    button.disabled = false
    result.dataset.done = ''
  }
}

byId('send').addEventListener('click', send)

// ── the last resort: a file

byId('export').addEventListener('click', async () => {
  const open = (await outbox.all()).filter(outbox.open)
  const shas = [...new Set(open.flatMap(({ action }) => action.photos))]
  const pictures = (await Promise.all(shas.map(sha => store.get('photos', sha)))).filter(photo => photo?.bytes)
  const content = {
    proto: 'gridbook/1', exported_at: new Date().toISOString(), device: await store.device(), by: me.username, actions: open.map(({ action }) => action),
    photos: pictures.map(({ sha, bytes, type }) => ({ sha256: sha, type, base64: base64(bytes) })),
  }
  const address = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: 'application/json' }))
  Object.assign(document.createElement('a'), { href: address, download: `gridbook-${me.username}-${new Date().toISOString().slice(0, 16).replace(/\D/g, '')}.json` }).click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  await outbox.exported(open.map(({ id }) => id))
  toast(t('已导出 {n} 条', { n: open.length }))
})

const base64 = bytes => btoa(Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join(''))

async function discard(one) {
  if (!one.exported) return toast(t('请先导出,再删除'))
  if (await sure(t('服务器没有收下这条记录。删除后只剩导出的文件。'))) await outbox.discard(one.id)
}

function sure(words) {
  byId('sure-words').textContent = words
  byId('sure').showModal()
  return new Promise(resolve => byId('sure').addEventListener('close', () => resolve(byId('sure').returnValue === 'yes'), { once: true }))
}

await show()
for (const what of ['records', 'drafts', 'rows']) store.news.addEventListener(what, show)
store.news.addEventListener('sending', ({ detail }) => {
  sending = new Set(detail.ids)
  show()
})
