// Everything that is kept on this phone goes through here, so that it can be sealed in one place later.
// Each person has a database of his own; the phone's own says who works here.
import '../vendor/idb.js'

const { openDB, deleteDB } = self.idb

export const version = new URL(import.meta.url).pathname.split('/')[2]
const VERSION = 1
const PHONE = 'gridbook'
const STORES = { actions: 'id', photos: 'sha', drafts: 'id', rosters: 'scope', rows: 'entry', meta: null }
const PRECIOUS = ['actions', 'photos', 'drafts']

let owner = null
const databaseOf = username => `${PHONE}:${username}`

// True when there was none. A newer database is left as it is.
async function prepare(name) {
  let made = false
  try {
    const db = await openDB(name, VERSION, {
      upgrade(db) {
        made = true
        for (const [store, keyPath] of name === PHONE ? [['meta']] : Object.entries(STORES)) {
          if (!db.objectStoreNames.contains(store)) db.createObjectStore(store, keyPath ? { keyPath } : undefined)
        }
      },
    })
    const hollow = !db.objectStoreNames.length
    db.close()
    if (hollow) {
      await deleteDB(name)
      return prepare(name)
    }
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

export async function ready(username) {
  const names = (await indexedDB.databases()).map(({ name }) => name)
  return names.includes(PHONE) && (!username || names.includes(databaseOf(username)))
}

// Named once by a page: what its person writes never reaches another's database.
export const use = username => { owner = username }
export const user = () => owner

// One connection for each database, opened again when the system has closed it.
const connections = new Map()

function connect(name) {
  if (!connections.has(name)) {
    const gone = () => connections.delete(name)
    const opening = openDB(name, undefined, {
      blocking: (current, next, event) => { gone(); event.target.close() }, terminated: gone,
      upgrade(db, from, to, tx) {
        tx.done.catch(() => {})
        tx.abort()  // only prepare() makes a database
      },
    })
    opening.catch(gone)
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
channel.onmessage = ({ data }) => news.dispatchEvent(new CustomEvent(data.what, { detail: data }))
export function tell(what, detail = {}) {
  const message = { what, ...detail }
  channel.postMessage(message)
  news.dispatchEvent(new CustomEvent(what, { detail: message }))
}
