// Everything that is kept on this phone goes through here, so that it can be sealed in one place later.
// Each person has a database of his own; the phone's own says who works here.
import '../vendor/idb.js'

const { openDB, deleteDB } = self.idb

export const version = new URL(import.meta.url).pathname.split('/')[2]
const VERSION = 1
const PHONE = 'gridbook'
const STORES = { actions: 'id', photos: 'sha', drafts: 'id', rosters: 'scope', rows: 'entry', meta: null }
const PRECIOUS = ['actions', 'photos', 'drafts']

// A UUID that begins with the time (version 7), so that on the server new records lie beside each other.
export function newId() {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`
}

let owner = null
const databaseOf = username => `${PHONE}:${username}`

// ── opening: one connection for each database, opened again when the system has closed it

const connections = new Map()

// A connection gives way to whoever makes or forgets its database.
function lasting(name) {
  const gone = () => connections.delete(name)
  return { blocking: (current, next, event) => { gone(); event.target.close() }, terminated: gone }
}

// True when there was none. A newer database is left as it is. Only here a version is named: an older page must still open it.
async function prepare(name) {
  let made = false
  try {
    const db = await openDB(name, VERSION, {
      ...lasting(name),
      upgrade(db) {
        made = true
        for (const [store, keyPath] of name === PHONE ? [['meta']] : Object.entries(STORES)) {
          if (!db.objectStoreNames.contains(store)) db.createObjectStore(store, keyPath ? { keyPath } : undefined)
        }
      },
    })
    if (!db.objectStoreNames.length) {
      db.close()
      await deleteDB(name)
      return prepare(name)
    }
    connections.set(name, Promise.resolve(db))
  } catch (error) {
    if (error.name !== 'VersionError') throw error
  }
  return made
}

export const prepareForPhone = () => prepare(PHONE)

export function prepareFor(username) {
  use(username)
  return prepare(databaseOf(username))
}

// For the service worker, which makes no database.
export async function ready(username) {
  const names = (await indexedDB.databases()).map(({ name }) => name)
  return names.includes(PHONE) && (!username || names.includes(databaseOf(username)))
}

// Named once by a page: what its person writes never reaches another's database.
export const use = username => { owner = username }
export const user = () => owner

function connect(name) {
  if (!connections.has(name)) {
    const opening = openDB(name, undefined, {
      ...lasting(name),
      upgrade(db, from, to, tx) {
        tx.done.catch(() => {})
        tx.abort()  // only prepare() makes a database
      },
    })
    opening.catch(() => connections.delete(name))
    connections.set(name, opening)
  }
  return connections.get(name)
}

async function begin(name, ...how) {
  try {
    return (await connect(name)).transaction(...how)
  } catch (error) {
    connections.delete(name)
    if (['AbortError', 'NotFoundError'].includes(error.name)) {  // the browser was told to forget us
      await prepare(name)
      news.dispatchEvent(new Event('wiped'))
    } else if (error.name !== 'InvalidStateError') throw error
    return (await connect(name)).transaction(...how)
  }
}

async function within(name, stores, mode, work) {
  const precious = mode === 'readwrite' && stores.some(store => PRECIOUS.includes(store))
  const tx = await begin(name, stores, mode, precious ? { durability: 'strict' } : undefined)
  const working = work(Object.fromEntries(stores.map(store => [store, tx.objectStore(store)])))
  working?.catch?.(() => tx.error || tx.abort())
  return (await Promise.all([working, tx.done]))[0]
}

export const change = (stores, work) => within(databaseOf(owner), stores, 'readwrite', work)
export const look = (stores, work) => within(databaseOf(owner), stores, 'readonly', work)

export const get = (store, key) => look([store], s => s[store].get(key))
export const all = store => look([store], s => s[store].getAll())
export const put = (store, value, key) => change([store], s => s[store].put(value, key))
export const remove = (store, key) => change([store], s => s[store].delete(key))

export const phone = {
  some: (...keys) => within(PHONE, ['meta'], 'readonly', s => Promise.all(keys.map(key => s.meta.get(key)))),
  get: key => within(PHONE, ['meta'], 'readonly', s => s.meta.get(key)),
  set: (key, value) => within(PHONE, ['meta'], 'readwrite', s => s.meta.put(value, key)),
  change: (key, make) => within(PHONE, ['meta'], 'readwrite', async s => s.meta.put(make(await s.meta.get(key)), key)),
}

export async function device() {
  const known = await phone.get('device')
  if (known) return known
  await phone.change('device', earlier => earlier ?? crypto.randomUUID())
  return phone.get('device')
}

const channel = new BroadcastChannel(PHONE)
export const news = new EventTarget()
channel.onmessage = ({ data }) => news.dispatchEvent(new CustomEvent(data.what, { detail: { ...data, elsewhere: true } }))  // another window, or the worker
export function tell(what, detail = {}) {
  const message = { what, ...detail }
  channel.postMessage(message)
  news.dispatchEvent(new CustomEvent(what, { detail: message }))
}
