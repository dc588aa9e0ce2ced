// Keeps the notebook on the phone: pages without personal data and their assets, all of one version.
// It answers reads only and never touches a form. On a sync event it runs the same sender as the pages.
import * as store from '{{ asset("js/store.js") }}'
import { sync } from '{{ asset("js/sync.js") }}'

const NAME = 'gridbook-{{ version }}'
const BUILD = '{{ build }}'
const PAGES = {{ pages|tojson }}
const ASSETS = {{ assets|tojson }}

self.addEventListener('install', event => {
  event.waitUntil(keepEverything())
  // The browser takes files from the cache by itself, where it can, and does not wake this worker for each of them.
  event.addRoutes?.({ condition: { urlPattern: { pathname: `/static/${BUILD}/*` } }, source: { cacheName: NAME } })
})

async function keepEverything() {
  const cache = await caches.open(NAME)
  await Promise.all([...PAGES, ...ASSETS].map(async url => {
    const response = await fetch(url, { cache: PAGES.includes(url) ? 'no-cache' : 'default' })
    // A portal's page, or one that led elsewhere, must never stand in for ours.
    if (!response.ok || response.redirected || response.headers.get('X-Gridbook') !== BUILD) throw new Error(`not ours: ${url}`)
    await cache.put(url, response)
  }))
}

self.addEventListener('activate', event => event.waitUntil(takeOver()))

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith('gridbook-') && name !== NAME) await caches.delete(name)
  await self.clients.claim()
}

self.addEventListener('message', ({ data }) => { if (data === 'skip') self.skipWaiting() })

self.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (PAGES.includes(url.pathname)) event.respondWith(kept(url.pathname, request))
  else if (url.pathname.startsWith('/static/')) event.respondWith(asset(url.pathname, request))
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => kept('/offline', request)))
})

let opened
const cache = () => opened ??= caches.open(NAME)
const kept = async (path, request) => await (await cache()).match(path, { ignoreVary: true }) ?? fetch(request)

// An old page that asks for a file of its own build, which is gone, gets this build's.
async function asset(path, request) {
  const files = await cache()
  const here = path.replace(/^\/static\/[^/]+\//, `/static/${BUILD}/`)
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
