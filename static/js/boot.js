// Starts every page of the phone: who works here, when to send, when a newer version takes over.
import * as outbox from './outbox.js'
import * as store from './store.js'
import { ask, sync } from './sync.js'
import { banner, byId, clone, toast } from './view.js'
import { clock, day, isoDay, dateOf, t } from './words.js'

const OLD = 86_400_000
const EVERY = 30_000

const unsaved = []
const bannerFor = new Map()
export const guard = asked => unsaved.push(asked)

async function start() {
  if (!('serviceWorker' in navigator) || !('indexedDB' in window) || !navigator.locks || !crypto.subtle) {
    return stop('no-browser')
  }
  await store.prepareForPhone()
  await sayWiped()
  const left = await leave()
  const known = await store.phone.get('user')
  const user = known ?? (left && await firstMeeting())
  if (!user) return stop(await asked('/healthz') ? 'signed-out' : 'never-here')
  const empty = await store.prepareFor(user.username)
  if (known && empty) await store.phone.set('wiped', true)
  if (!known) await store.put('meta', null, 'pause')  // the server was just heard
  ;(self.requestIdleCallback ?? setTimeout)(goOn, { timeout: 1000 })  // the page itself comes first
  return user
}

async function goOn() {
  await sayWiped()
  await outbox.changed()
  await frame()
  listen()
  await watchVersions()
}

async function sayWiped() {
  if (!await store.phone.get('wiped')) return
  notice('wiped', banner('error', t('浏览器清掉了手机里的记录'), t('知道了'), async () => {
    await store.phone.set('wiped', null)
    notice('wiped', null)
  }))
}

const login = () => `/login?next=${encodeURIComponent(location.pathname + location.search)}`

async function stop(template) {
  byId('main').replaceChildren(clone(template))
  document.querySelector('.bottom')?.remove()
  const link = document.querySelector('[data-login]')
  if (link) link.href = login()
  byId('status')?.remove()
  watchVersions().catch(console.error)
  return new Promise(() => {})
}

async function asked(path) {
  try {
    return (await ask(path)).answer
  } catch (error) {
    if (!error.state) throw error
    return null
  }
}

async function firstMeeting() {
  const me = await asked('/me')
  if (!me) return null
  const { username, name, posts, scopes } = me
  const user = { username, name, posts, scopes }
  await store.phone.set('user', user)
  return user
}

// Ends a session that was left while there was no network.
export async function leave() {
  if (!await store.phone.get('leaving')) return true
  try {
    await fetch('/logout', { method: 'POST', redirect: 'manual' })
    await ask('/me')
    return false
  } catch (error) {
    if (error.state !== 'signed_out') return false  // not the server's own word: tried again by every page
  }
  await store.phone.set('leaving', false)
  return true
}

async function frame() {
  await showCount()
  await showLast()
  store.news.addEventListener('records', showCount)
  store.news.addEventListener('sending', ({ detail }) => {
    if (detail.busy) byId('status').dataset.state = 'sending'
    else showLast()
  })
}

export function notice(matter, node) {
  bannerFor.get(matter)?.remove()
  bannerFor.delete(matter)
  if (!node) return
  bannerFor.set(matter, node)
  byId('banner').append(node)
}

async function showCount() {
  const open = (await outbox.all()).filter(outbox.open)
  const count = byId('unsent-count')
  if (count) count.textContent = open.length || ''
  const old = open.filter(record => Date.now() - Date.parse(record.saved_at) > OLD)
  const here = location.pathname === '/outbox'
  notice('old', old.length ? banner('unsent', t('有 {n} 条超过 24 小时没上传', { n: old.length }), here ? null : t('去看看'), '/outbox') : null)
}

async function showLast() {
  const last = await store.get('meta', 'last')
  const pulled = await store.get('meta', 'pulled')
  byId('status').dataset.state = (last ? !['offline', 'portal', 'busy'].includes(last.state) : navigator.onLine) ? 'online' : 'offline'
  if (pulled) byId('as-of').textContent = isoDay(dateOf(pulled)) === isoDay() ? clock(pulled) : `${day(pulled)} ${clock(pulled)}`
  notice('session', last?.state === 'signed_out' ? banner('error', t('登录已过期。记录照常存在手机,登录后上传。'), t('登录'), login()) : null)
  notice('portal', last?.state === 'portal' ? banner('offline', t('网络需要登录:请先打开 Wi-Fi 的登录页。记录都在手机里。')) : null)
  if (last?.state === 'other_user') await otherUser()
}

async function otherUser() {
  await store.put('meta', null, 'last')
  await store.phone.change('user', now => now?.username === store.user() ? null : now)
  await stillMine()
}

function listen() {
  const due = async wish => { if (await stillMine()) sync(wish) }
  addEventListener('online', () => due({ pressed: true }))
  store.news.addEventListener('wiped', async () => {
    await store.phone.set('wiped', true)
    due()
  })
  addEventListener('offline', () => { byId('status').dataset.state = 'offline' })
  addEventListener('pageshow', () => due())
  document.addEventListener('visibilitychange', () => { if (!document.hidden) due() })
  setInterval(due, EVERY)
  due()
}

// When somebody else signed in in another window, this page keeps its draft and goes.
async function stillMine() {
  const user = await store.phone.get('user')
  if (user?.username === store.user()) return true
  document.body.hidden = true
  setTimeout(() => location.reload(), unsaved.some(asked => asked()) ? 1000 : 0)
}

// And once more by the browser, when the page is closed and the network comes back.
export async function sendSoon() {
  sync({ pressed: true })
  const registration = await navigator.serviceWorker.getRegistration()
  await registration?.sync?.register('outbox').catch(console.info)
}

let pressed = false
let sending = false

// The browser asks for a worker's script without cookies.
export function register() {
  const [, language = ''] = /\blanguage=(\w+)/.exec(document.cookie) ?? []
  return navigator.serviceWorker.register(`/sw.js?language=${language}`, { type: 'module', updateViaCache: 'imports' })
}

async function watchVersions() {
  const kept = () => { if (navigator.serviceWorker.controller) document.body.dataset.kept = '' }  // from now on it opens without a network
  navigator.serviceWorker.addEventListener('controllerchange', () => { kept(); if (pressed) location.reload() })
  kept()
  const registration = await register()
  const offer = () => {
    const idle = !sending && !unsaved.some(asked => asked())
    if (!registration.waiting || !navigator.serviceWorker.controller || !idle) return notice('update', null)
    if (!bannerFor.has('update')) notice('update', banner('update', t('有新版本'), t('更新'), () => takeOver(registration)))
  }
  store.news.addEventListener('sending', ({ detail }) => { sending = detail.busy; offer() })
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer))
  document.addEventListener('input', offer)
  document.addEventListener('saved', offer)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) registration.update().catch(console.info) })
  setInterval(offer, EVERY)
  offer()
}

export function takeOver(registration) {
  if (unsaved.some(asked => asked())) return toast(t('先保存这一笔,再更新'))
  pressed = true
  registration.waiting.postMessage('skip')
}

// Never resolves where nobody works on this phone.
export const ready = start()
