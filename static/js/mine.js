// 我的: the person, installing, leaving without losing anything.
import { ready, register } from './boot.js'
import * as outbox from './outbox.js'
import * as store from './store.js'
import { sync } from './sync.js'
import { byId, toast } from './view.js'
import { leave } from './who.js'
import { labels, t } from './words.js'

let offered = null
addEventListener('beforeinstallprompt', event => {
  event.preventDefault()
  offered = event
  byId('install-now').hidden = false
  byId('install-menu').hidden = true
})

const me = await ready

byId('name').textContent = me.name
byId('posts').replaceChildren(...me.posts.map(({ role, area_name: area }) => Object.assign(document.createElement('li'), { textContent: `${labels.roles[role] ?? role} · ${area}` })))
byId('version').textContent = store.version

// ── installing, and whether the browser keeps what it is given

const agent = navigator.userAgent
if (matchMedia('(display-mode: standalone)').matches) byId('installed').hidden = false
else if (/MicroMessenger/.test(agent)) byId('install-wechat').hidden = false
else if (/iPhone|iPad/.test(agent)) byId('install-ios').hidden = false
else if (!offered) byId('install-menu').hidden = false

byId('install-button').addEventListener('click', async () => {
  await offered.prompt()
  offered = null
  byId('install-now').hidden = true
})

async function showKeeping() {
  const persisted = await navigator.storage.persisted?.()
  byId('persisted').textContent = persisted ? t('浏览器已保证保存记录') : t('浏览器未保证保存:请装到桌面,并常连网上传')
  byId('offline-ready').textContent = navigator.serviceWorker.controller ? t('已备好') : t('正在准备,请稍等')
}

async function showOthers() {
  const n = await outbox.ofOthers(me)
  byId('others').hidden = !n
  byId('others').querySelector('.banner-words').textContent = t('本机还有其他账号的 {n} 条未上传', { n })
}

// ── another language is another copy of the pages

document.querySelector('[data-prefs]').addEventListener('submit', async event => {
  event.preventDefault()
  try {
    await fetch('/preferences', { method: 'POST', body: new FormData(event.target), redirect: 'manual' })
  } catch {
    return toast(t('没有网络:字号和颜色已改,语言要联网才能换'))
  }
  const registration = await register()
  const fresh = registration.installing ?? registration.waiting
  if (!fresh) return location.reload()
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload())
  if (fresh.state === 'installed') fresh.postMessage('skip')
  else fresh.addEventListener('statechange', () => { if (fresh.state === 'installed') fresh.postMessage('skip') })
})

// ── leaving

byId('leave').addEventListener('submit', async event => {
  event.preventDefault()
  const n = await outbox.changed()
  if (!n) return out()
  byId('stay-words').textContent = t('还有 {n} 条没上传。退出后会留在这部手机里,您再登录就能接着传;别人看不到。', { n })
  byId('stay-result').textContent = ''
  byId('stay').showModal()
})

byId('send-first').addEventListener('click', async ({ currentTarget }) => {
  currentTarget.disabled = true
  byId('stay-result').textContent = t('正在上传…')
  await sync({ pressed: true })
  const n = await outbox.changed()
  currentTarget.disabled = false
  if (!n) return out()
  byId('stay-result').textContent = t('还有 {n} 条没传上去,都在手机里。', { n })
})

byId('leave-anyway').addEventListener('click', out)

async function out() {
  await store.phone.set('leaving', true)
  await store.phone.set('user', null)
  location.href = await leave() ? '/login' : '/'
}

await showKeeping()
await showOthers()
document.body.dataset.ready = 'mine'
