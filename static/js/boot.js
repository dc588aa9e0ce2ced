// Starts every page of the phone: who works here, when to send, when a newer version takes over.
import { able, asked, met } from './who.js'  // first: it asks while the words are on their way
import * as outbox from './outbox.js'
import * as store from './store.js'
import { sync } from './sync.js'
import { banner, byId, clone, toast } from './view.js'
import { clock, day, isoDay, dateOf, t } from './words.js'

const EVERY = 30_000
const LATEST = 2000  // milliseconds that the rest waits for the page

// The scripts run while the page is read; what touches the page waits for its end.
const parsed = new Promise(resolve => {
  if (document.readyState !== 'loading') resolve()
  else document.addEventListener('readystatechange', resolve, { once: true })
})

const unsaved = []
const bannerFor = new Map()
export const guard = asked => unsaved.push(asked)

async function start() {
  const user = await met
  await parsed
  if (!able) return stop('no-browser')
  if (!user) {
    await sayWiped()
    return stop(await asked('/healthz') ? 'signed-out' : 'never-here')
  }
  document.documentElement.dataset.posts = user.posts.map(post => post.role).join(' ')
  stands().then(goOn)
  return user
}

// The page itself comes first: resolves when it says that it is ready, and the browser has shown it.
async function stands() {
  await new Promise(resolve => {
    new MutationObserver(resolve).observe(document.body, { attributeFilter: ['data-ready'] })
    setTimeout(resolve, LATEST)
  })
  await new Promise(resolve => (self.requestIdleCallback ?? setTimeout)(resolve, { timeout: 500 }))
}

async function goOn() {
  await sayWiped()
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

// ── what every page shows

async function frame() {
  // another window's figure may be another account's, or older than ours
  store.news.addEventListener('records', async ({ detail }) => showCount(detail.elsewhere ? await outbox.count() : detail))
  const first = await outbox.count()
  if (!counted) showCount(first)
  await showLast()
  store.news.addEventListener('sending', ({ detail }) => {
    if (detail.busy) byId('status').dataset.state = 'sending'
    else showLast()
  })
}

export function notice(matter, node) {
  bannerFor.get(matter)?.remove()
  bannerFor.set(matter, node)
  if (node) byId('banner').append(node)
}

let counted = false

function showCount({ unsent, old }) {
  counted = true
  const count = byId('unsent-count')
  if (count) count.textContent = unsent || ''
  notice('old', old ? banner('unsent', t('有 {n} 条超过 24 小时没上传', { n: old }), location.pathname === '/outbox' ? null : t('去看看'), '/outbox') : null)
}

async function showLast() {
  const last = await store.get('meta', 'last')
  const pulled = await store.get('meta', 'pulled')
  byId('status').dataset.state = (last ? !['offline', 'portal', 'busy'].includes(last.state) : navigator.onLine) ? 'online' : 'offline'
  const user = await store.phone.get('user')
  for (const node of document.querySelectorAll('[data-told]')) {
    const n = user?.[node.dataset.told]
    node.hidden = !n
    node.querySelector('b').textContent = n
  }
  if (pulled) byId('as-of').textContent = isoDay(dateOf(pulled)) === isoDay() ? clock(pulled) : `${day(pulled)} ${clock(pulled)}`
  notice('session', last?.state === 'signed_out' ? banner('error', t('登录已过期。记录照常存在手机,登录后上传。'), t('登录'), login()) : null)
  notice('portal', last?.state === 'portal' ? banner('offline', t('网络需要登录:请先打开 Wi-Fi 的登录页。记录都在手机里。')) : null)
  if (last?.state === 'other_user') await otherUser()
}

// Somebody else signed in on this phone.
async function otherUser() {
  await store.put('meta', null, 'last')
  await store.phone.change('user', now => now?.username === store.user() ? null : now)
  await stillMine()
}

// ── when to send

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

// ── a newer version: offered when nothing is written or sent

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
    if (!bannerFor.get('update')) notice('update', banner('update', t('有新版本'), t('更新'), () => takeOver(registration)))
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

// Who works here, once the page is whole. Never resolves where nobody does.
export const ready = start()
