// Sends what this phone keeps, oldest first: texts, then fetches what changed, then photos.
// Only an answer in our own envelope counts. One round at a time on the whole phone.
import * as outbox from './outbox.js'
import * as store from './store.js'

const PROTO = 'gridbook/1'
const BATCH = 50
const BYTES = 800_000
const PATIENCE = 60_000
const SLOWEST = 5  // bytes in a millisecond
const FRESH = 5 * 60_000
const ROSTER_FRESH = 6 * 3_600_000
const DAY = 86_400_000

// state: offline portal signed_out other_user busy trouble
class Stopped extends Error {
  constructor(state, detail = {}) {
    super(state)
    Object.assign(this, { state, ...detail })
  }
}

export async function ask(path, options = {}) {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), PATIENCE + (options.body?.byteLength ?? 0) / SLOWEST)
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

// Gives {state: done, nothing, paused, or why it stopped; kept, refused, photos}.
export const sync = (wish = {}) => {
  if (round && !wish.pressed) return round
  const signal = AbortSignal.timeout?.(PATIENCE)
  const mine = navigator.locks.request('gridbook-sync', signal ? { signal } : {}, () => once(wish)).catch(error => {
    if (error.name !== 'TimeoutError') throw error
    return { state: 'elsewhere' }
  }).finally(() => { if (round === mine) round = null })
  return round = mine
}

async function once(wish) {
  const user = await store.phone.get('user')
  const result = { state: 'done', kept: 0, refused: 0, photos: 0 }
  if (!user) return { ...result, state: 'signed_out' }
  if (wish.worker) store.use(user.username)
  if (store.user() !== user.username) return { ...result, state: 'other_user' }
  const pause = await store.get('meta', 'pause')
  if (pause?.until > Date.now() && (pause.asked || !wish.pressed)) return { ...result, state: 'paused', until: pause.until }
  const cut = (await store.get('meta', 'last'))?.state === 'signed_out'
  const records = await outbox.all()
  const toSend = cut || records.some(({ state, reason }) => state === 'saved' && !reason) || await nextPhoto(new Set(), records)
  const pulled = await store.get('meta', 'pulled')
  if (!toSend && !wish.pressed && Date.now() - Date.parse(pulled ?? 0) < FRESH) return { ...result, state: 'nothing' }

  store.tell('sending', { busy: true, ids: [] })
  try {
    const me = await whoAmI(user)
    await sendTexts(user, result)
    let failed
    if (await pull(me).catch(error => { failed = error })) await sendTexts(user, result)
    await sendPhotos(user, result)
    await report()
    if (failed) throw failed
    await store.put('meta', null, 'pause')
  } catch (error) {
    result.state = error.state ?? 'trouble'
    if (!error.state) throw error
    if (!['signed_out', 'other_user'].includes(error.state)) await rest(pause, error)
  } finally {
    await finish(result)
  }
  return result
}

// From five seconds to ten minutes; the server's own wish comes first.
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
  if (result.state !== 'offline') await outbox.changed()  // what was answered before the network went was told at once
  store.tell('sending', { busy: false, ids: [], state: result.state })
}

async function whoAmI(user) {
  const { answer } = await ask('/me')
  if (answer.username !== user.username) throw new Stopped('other_user')
  await store.phone.change('user', now => now?.username === user.username ? answer : now)
  return answer
}

async function sendTexts(user, result) {
  const tried = new Set()
  for (;;) {
    const batch = pick((await outbox.waiting()).filter(({ id }) => !tried.has(id)))
    if (!batch.length) return
    batch.forEach(({ id }) => tried.add(id))
    await sendBatch(batch, result)
  }
}

// Those that failed least come first; two failures in a row end it. New texts go between.
async function sendPhotos(user, result) {
  const tried = new Set()
  let failed = 0, last
  for (let photo; failed < 2 && (photo = await nextPhoto(tried));) {
    tried.add(photo.sha)
    try {
      await sendPhoto(photo, result)
      failed = 0
    } catch (error) {
      if (!['offline', 'busy', 'trouble'].includes(error.state)) throw error
      failed += 1
      last = error
      const before = await store.get('meta', 'failed')
      await store.put('meta', { ...before, [photo.sha]: (before?.[photo.sha] ?? 0) + 1 }, 'failed')
    }
    if (!failed) await sendTexts(user, result)
  }
  if (last) throw last
}

function pick(records) {
  let bytes = 0
  return records.slice(0, BATCH).filter((record, i) => (bytes += JSON.stringify(record.action).length * 3) < BYTES || i === 0)
}

async function sendBatch(batch, result) {
  store.tell('sending', { busy: true, ids: batch.map(({ id }) => id) })
  const answer = await post(batch.map(({ action }) => action))
  const asked = new Set(batch.map(({ id }) => id))
  for (const one of answer.answers.filter(({ id }) => asked.has(id))) {
    await outbox.settle(one, answer.server_time)
    if (one.answer === 'kept' || one.answer === 'had') result.kept += 1
    if (one.answer === 'refused') result.refused += 1
  }
  await outbox.changed()
}

async function post(actions) {
  const unsent = (await outbox.all()).filter(outbox.open).length
  const request = { proto: PROTO, device: await store.device(), unsent, version: store.version, actions }
  const { status, answer } = await ask('/sync', { method: 'POST', body: JSON.stringify(request), headers: { 'Content-Type': 'application/json' } })
  if (status !== 200 || !Array.isArray(answer.answers)) throw new Stopped('trouble', { message: answer.message })
  await store.put('meta', { unsent, at: Date.now() }, 'said')
  return answer
}

// For the desk's list of phones.
async function report() {
  const said = await store.get('meta', 'said')
  const unsent = (await outbox.all()).filter(outbox.open).length
  if (said?.unsent !== unsent || Date.now() - said.at > DAY) await post([])
}

async function nextPhoto(tried, records) {
  const wanted = new Set()
  for (const record of records ?? await outbox.all()) {
    if (record.state === 'kept') for (const sha of record.missing ?? []) if (!tried.has(sha) && !record.lost?.[sha]) wanted.add(sha)
  }
  const failed = await store.get('meta', 'failed') ?? {}
  for (const sha of [...wanted].sort((a, b) => (failed[a] ?? 0) - (failed[b] ?? 0))) {
    const photo = await store.get('photos', sha)
    if (photo?.bytes) return photo
    await outbox.settlePhoto(sha, 'gone')
    await outbox.changed()
  }
}

async function sendPhoto({ sha, bytes, type }, result) {
  const { status, answer } = await ask(`/photos/${sha}`, { method: 'PUT', body: bytes, headers: { 'Content-Type': type } })
  if ((status === 200 || status === 201) && answer.sha256 === sha) {
    await outbox.settlePhoto(sha)
    result.photos += 1
  } else if (status === 413 || status === 415) {
    await outbox.settlePhoto(sha, answer.message)
    result.refused += 1
  } else throw new Stopped('trouble')
  await outbox.changed()
}

// True when the server lost its memory and everything is offered again.
async function pull({ scopes }) {
  let lost = false
  await dropOthers(scopes.map(({ code }) => code))
  for (const { code } of scopes) lost = await pullChanges(code) || lost
  const fresh = []
  for (const { code } of scopes) fresh.push(await pullRoster(code))
  if (fresh.some(Boolean)) await keep('/recite.json', 'recite')
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
    // a hole: the next round asks again
    if (answer.rows.some(({ seq }, i) => seq !== after + 1 + i)) throw new Stopped('trouble')
    await store.change(['rows', 'meta'], async ({ rows, meta }) => {
      for (const row of answer.rows) {
        if (row.later) continue
        if (!row.gone) await rows.put({ ...row, scope, asked: answer.server_time })
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
  return status === 200
}

async function keep(url, name) {
  const { status, answer } = await ask(url)
  if (status === 200) await store.put('meta', answer, name)
}
