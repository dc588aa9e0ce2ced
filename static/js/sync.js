// Sends what this phone keeps, oldest first, texts before photos; then fetches what changed.
// Only an answer in our own envelope counts. Runs in pages and in the service worker, one at a time on the whole phone.
import * as outbox from './outbox.js'
import * as store from './store.js'

const PROTO = 'gridbook/1'
const BATCH = 50
const BYTES = 800_000
const PATIENCE = 60_000
const FRESH = 5 * 60_000
const ROSTER_FRESH = 6 * 3_600_000

// Why a round ended early: offline portal signed_out other_user busy trouble.
class Stopped extends Error {
  constructor(state, detail = {}) {
    super(state)
    Object.assign(this, { state, ...detail })
  }
}

export async function ask(path, options = {}) {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), PATIENCE)
  let response, text
  try {
    response = await fetch(path, { cache: 'no-store', redirect: 'manual', signal: abort.signal, ...options, headers: { Accept: 'application/json', ...options.headers } })
    text = await response.text()
  } catch {
    throw new Stopped('offline')
  } finally {
    clearTimeout(timer)
  }
  const answer = parsed(text)
  const busy = response.status === 429 || response.status >= 500
  if (busy) throw new Stopped('busy', { after: Number(response.headers.get('Retry-After')) || 0 })
  if (answer?.proto !== PROTO) throw new Stopped('portal')
  if (response.status === 401) throw new Stopped('signed_out')
  return { status: response.status, answer }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

let round = null

// Gives {state, kept, refused, photos, …}; state is done, nothing, paused, or why it stopped. Never throws for the network's sake.
export const sync = (wish = {}) => {
  if (round && !wish.pressed) return round
  const mine = navigator.locks.request('gridbook-sync', () => once(wish)).finally(() => { if (round === mine) round = null })
  return round = mine
}

async function once(wish) {
  const user = await store.phone.get('user')
  if (!user) return { state: 'signed_out', kept: 0, refused: 0, photos: 0 }
  store.use(user.username)
  const result = { state: 'done', kept: 0, refused: 0, photos: 0 }
  const pause = await store.get('meta', 'pause')
  if (pause?.until > Date.now() && (pause.asked || !wish.pressed)) return { ...result, state: 'paused', until: pause.until }
  const toSend = (await outbox.all()).some(outbox.open)
  const pulled = await store.get('meta', 'pulled')
  if (!toSend && !wish.pressed && Date.now() - Date.parse(pulled ?? 0) < (wish.fresh ?? FRESH)) return { ...result, state: 'nothing' }

  store.tell('sending', { busy: true, ids: [] })
  try {
    const me = await whoAmI(user)
    await sendAll(user, result)
    if (await pull(me)) await sendAll(user, result)
    await store.put('meta', null, 'pause')
  } catch (error) {
    result.state = error.state ?? 'trouble'
    if (!error.state) throw error
    await rest(pause, error)
  } finally {
    await finish(result)
  }
  return result
}

// Five seconds, then twice as long each time, at most ten minutes; the server's own wish comes first.
async function rest(pause, { after = 0 }) {
  const failures = Math.min((pause?.failures ?? 0) + 1, 8)
  const wait = after * 1000 || Math.min(5000 * 2 ** (failures - 1), 600_000) * (0.75 + Math.random() / 2)
  await store.put('meta', { failures, until: Date.now() + wait, asked: after > 0 }, 'pause')
}

async function finish(result) {
  const at = new Date().toISOString()
  const last = await store.get('meta', 'last')
  const success = result.state === 'done' && (result.kept || result.photos) ? { at, kept: result.kept, photos: result.photos } : last?.success
  await store.put('meta', { at, state: result.state, success }, 'last')
  await outbox.changed()
  store.tell('sending', { busy: false, ids: [], state: result.state })
}

async function whoAmI(user) {
  const { answer } = await ask('/me')
  if (answer.username !== user.username) throw new Stopped('other_user')
  const { username, name, posts, scopes } = answer
  await store.phone.set('user', { username, name, posts, scopes })
  return answer
}

// After every photo it looks whether a new text came in meanwhile.
async function sendAll(user, result) {
  const tried = new Set()
  for (;;) {
    const batch = pick((await outbox.waiting()).filter(({ id }) => !tried.has(id)))
    if (batch.length) {
      batch.forEach(({ id }) => tried.add(id))
      await sendTexts(user, batch, result)
      continue
    }
    const photo = await nextPhoto(tried)
    if (!photo) return
    tried.add(photo.sha)
    await sendPhoto(photo, result)
  }
}

function pick(records) {
  let bytes = 0
  return records.slice(0, BATCH).filter((record, i) => (bytes += JSON.stringify(record.action).length * 3) < BYTES || i === 0)
}

async function sendTexts(user, batch, result) {
  store.tell('sending', { busy: true, ids: batch.map(({ id }) => id) })
  const open = (await outbox.all()).filter(outbox.open).length
  const request = { proto: PROTO, device: await store.device(), unsent: open, version: new URL(import.meta.url).pathname.split('/')[2], actions: batch.map(({ action }) => action) }
  const { status, answer } = await ask('/sync', { method: 'POST', body: JSON.stringify(request), headers: { 'Content-Type': 'application/json' } })
  if (status !== 200 || !Array.isArray(answer.answers)) throw new Stopped('trouble', { message: answer.message })
  const asked = new Set(batch.map(({ id }) => id))
  for (const one of answer.answers.filter(({ id }) => asked.has(id))) {
    await outbox.settle(one, answer.server_time)
    if (one.answer === 'kept' || one.answer === 'had') result.kept += 1
    if (one.answer === 'refused') result.refused += 1
  }
  await outbox.changed()
}

async function nextPhoto(tried) {
  for (const record of await outbox.all()) {
    if (record.state !== 'kept') continue
    for (const sha of record.missing ?? []) {
      const photo = !tried.has(sha) && await store.get('photos', sha)
      if (photo?.bytes && !photo.refusal) return photo
    }
  }
}

async function sendPhoto({ sha, bytes, type }, result) {
  const { status, answer } = await ask(`/photos/${sha}`, { method: 'PUT', body: bytes, headers: { 'Content-Type': type } })
  if ((status === 200 || status === 201) && answer.sha256 === sha) {
    await outbox.settlePhoto(sha)
    result.photos += 1
  } else if (status === 415 || status === 413) {
    await outbox.settlePhoto(sha, answer.message)
    result.refused += 1
  }
  await outbox.changed()
}

// True when the server lost its memory and everything is offered again.
async function pull({ scopes }) {
  let lost = false
  await dropOthers(scopes.map(({ code }) => code))
  for (const { code } of scopes) lost = await pullChanges(code) || lost
  for (const { code } of scopes) await pullRoster(code)
  await store.put('meta', new Date().toISOString(), 'pulled')
  await outbox.tidy()
  store.tell('rows')
  return lost
}

async function pullChanges(scope) {
  let lost = false
  for (let more = true; more;) {
    const { after, hash } = await store.get('meta', `cursor:${scope}`) ?? { after: 0, hash: '' }
    const { status, answer } = await ask(`/sync/changes?${new URLSearchParams({ scope, after, hash })}`)
    if (status !== 200) return lost
    if (answer.cursor_unknown || await otherEpoch(answer.epoch)) {
      await startOver()
      await store.put('meta', answer.epoch, 'epoch')
      lost = true
      continue
    }
    await store.change(['rows', 'meta'], async ({ rows, meta }) => {
      for (const row of answer.rows) {
        if (!row.gone) await rows.put({ ...row, scope })
        else if ((await rows.get(row.entry))?.scope === scope) await rows.delete(row.entry)
      }
      await meta.put(answer.next, `cursor:${scope}`)
    })
    more = answer.more
  }
  return lost
}

async function otherEpoch(epoch) {
  const known = await store.get('meta', 'epoch')
  if (!known) await store.put('meta', epoch, 'epoch')
  return known && known !== epoch
}

async function startOver() {
  await outbox.offerAgain()
  await dropOthers([])
}

// What belongs to grids that are no longer mine leaves the phone; the outbox stays.
async function dropOthers(scopes) {
  await store.change(['rows', 'rosters', 'meta'], async ({ rows, rosters, meta }) => {
    for (const row of await rows.getAll()) if (!scopes.includes(row.scope)) await rows.delete(row.entry)
    for (const scope of await rosters.getAllKeys()) if (!scopes.includes(scope)) await rosters.delete(scope)
    for (const key of await meta.getAllKeys()) if (key.startsWith('cursor:') && !scopes.includes(key.slice(7))) await meta.delete(key)
  })
}

async function pullRoster(scope) {
  const kept = await store.get('rosters', scope)
  const today = new Date().toDateString()
  if (kept && Date.now() - kept.at < ROSTER_FRESH && new Date(kept.at).toDateString() === today) return
  const { status, answer } = await ask(`/roster/${encodeURIComponent(scope)}`)
  if (status === 200) await store.put('rosters', { ...answer, scope, at: Date.now() })
}
