// The service worker: keeps the notebook on the phone, pages without personal data and their assets, all of one version.
// It answers reads only and never touches a form. On a sync event it runs the same sender as the pages.
import * as store from './store.js'
import { sync } from './sync.js'

let name, build, pages, assets

// Called by /sw.js, which the server writes: the name of the cache, that of the build, and what is kept.
export function keep(...what) {
  [name, build, pages, assets] = what
}

self.addEventListener('install', event => {
  event.waitUntil(keepEverything())
  // The browser takes files from the cache by itself, where it can, and does not wake this worker for each of them.
  event.addRoutes?.({ condition: { urlPattern: { pathname: `/static/${build}/*` } }, source: { cacheName: name } })
})

async function keepEverything() {
  const cache = await caches.open(name)
  await Promise.all([...pages, ...assets].map(async url => {
    const response = await fetch(url, { cache: pages.includes(url) ? 'no-cache' : 'default' })
    // A portal's page, or one that led elsewhere, must never stand in for ours.
    if (!response.ok || response.redirected || response.headers.get('X-Gridbook') !== build) throw new Error(`not ours: ${url}`)
    await cache.put(url, response)
  }))
}

self.addEventListener('activate', event => event.waitUntil(takeOver()))

async function takeOver() {
  for (const other of await caches.keys()) if (other.startsWith('gridbook-') && other !== name) await caches.delete(other)
  await self.clients.claim()
}

self.addEventListener('message', ({ data }) => { if (data === 'skip') self.skipWaiting() })

self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (pages.includes(url.pathname)) event.respondWith(kept(url.pathname, request))
  else if (url.pathname.startsWith('/static/')) event.respondWith(asset(url.pathname, request))
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => kept('/offline', request)))
})

let opened
const cache = () => opened ??= caches.open(name)
const kept = async (path, request) => await (await cache()).match(path, { ignoreVary: true }) ?? fetch(request)

// An old page that asks for a file of its own build, which is gone, gets this build's.
async function asset(path, request) {
  const files = await cache()
  const here = path.replace(/^\/static\/[^/]+\//, `/static/${build}/`)
  return await files.match(path) ?? await fetch(request).catch(async error => await files.match(here) ?? Promise.reject(error))
}

self.addEventListener('sync', event => { if (event.tag === 'outbox') event.waitUntil(sendOutbox()) })

async function sendOutbox() {
  if (!await store.ready()) return
  const user = await store.phone.get('user')
  if (!user || !await store.ready(user.username)) return
  const { state } = await sync({ pressed: true, worker: true })
  if (['offline', 'portal', 'busy'].includes(state)) throw new Error(state)  // the browser tries again later
}
