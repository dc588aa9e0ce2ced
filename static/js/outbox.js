// Every record made on this phone. Nothing leaves without the server's receipt; only its owner deletes.
// record: {id, entry, n, action, kind, where, saved_at, state: saved|kept|refused, receipt, number, heard, missing, lost, reason, message, token}
// lost: {sha: why}, photos that never arrive; among the missing until the worker has seen it.
import * as store from './store.js'

const DAY = 86_400_000
const byAge = (a, b) => a.n - b.n

export const all = async () => (await store.all('actions')).sort(byAge)
const toCome = record => record.missing?.filter(sha => !record.lost?.[sha]) ?? []
export const open = record => record.state !== 'kept' || toCome(record).length > 0
export const lost = record => record.state === 'kept' && record.missing?.length > toCome(record).length
export const waiting = async () => (await all()).filter(record => record.state === 'saved')
export const ofEntry = async entry => (await all()).filter(record => record.entry === entry)

// Keeps a record for good and lets its draft go. Saved twice it is kept once; a refused one is put right.
export async function keep(record) {
  await store.change(['actions', 'drafts', 'meta'], async ({ actions, drafts, meta }) => {
    const was = await actions.get(record.id)
    if (!was || was.state === 'refused') {
      const n = was?.n ?? (await meta.get('n') ?? 0) + 1
      if (!was) await meta.put(n, 'n')
      await actions.put({ ...record, n, state: 'saved', action: { ...record.action, n } })
    }
    await drafts.delete(record.id)
    const replaced = record.replaces && await actions.get(record.replaces)
    if (replaced) await drop(actions, replaced, record.id)
    if (record.action.verb === 'amended') for (const one of await actions.getAll()) if (one.entry === record.entry && lost(one)) await actions.put(without(one))
  })
  await changed()
}

// Frees what waited for a record that never arrives; the server may hold it under its old id.
async function drop(actions, { id: gone, entry, action }, after = null) {
  await actions.delete(gone)
  for (const one of await actions.getAll()) {
    if (one.action.after !== gone || one.state === 'kept') continue
    const id = store.newId()
    const verb = !after && one.entry === entry ? action.verb : one.action.verb
    await actions.put({ ...one, id, state: 'saved', reason: null, message: null, action: { ...one.action, id, after, verb } })
    await drop(actions, one, id)
  }
}

const without = record => ({ ...record, missing: toCome(record) })
export const settleLost = id => update(id, without)

export async function settle(answer, heard) {
  await store.change(['actions'], async ({ actions }) => {
    const record = await actions.get(answer.id)
    if (!record) return
    if (answer.answer === 'kept' || answer.answer === 'had') {
      const { receipt, number, missing } = answer
      await actions.put({ ...record, state: 'kept', receipt, number, missing, heard: record.heard ?? heard, reason: null, message: null })
    } else if (answer.answer === 'refused' && answer.reason !== 'not_yours') {
      await actions.put({ ...record, state: 'refused', reason: answer.reason, message: answer.message })
    } else {
      await actions.put({ ...record, reason: answer.reason ?? answer.answer, message: answer.message })
    }
  })
}

// `refusal` is in words, or 'gone' from this phone.
export async function settlePhoto(sha, refusal) {
  await store.change(['actions'], async ({ actions }) => {
    for (const record of await actions.getAll()) {
      if (!record.missing?.includes(sha)) continue
      await actions.put(refusal ? { ...record, lost: { ...record.lost, [sha]: refusal } } : { ...record, missing: record.missing.filter(other => other !== sha) })
    }
  })
}

export const again = id => update(id, record => ({ ...record, state: 'saved', reason: null, message: null }))

// The server was restored from a backup and may not know what it once received.
export async function offerAgain() {
  await store.change(['actions'], async ({ actions }) => {
    for (const record of await actions.getAll()) if (record.state === 'kept') await actions.put({ ...record, state: 'saved' })
  })
}

async function update(id, make) {
  await store.change(['actions'], async ({ actions }) => actions.put(make(await actions.get(id))))
  await changed()
}

export async function exported(ids) {
  await store.change(['actions'], async ({ actions }) => {
    for (const record of await actions.getAll()) if (ids.includes(record.id)) await actions.put({ ...record, exported: true })
  })
  await changed()
}

export async function discard(id) {
  await store.change(['actions'], async ({ actions }) => drop(actions, await actions.get(id)))
  await changed()
}

// How many are not sent yet, and how many of them have waited for a day. The sum is left where other accounts see it, and nothing else.
export async function count() {
  const waiting = (await all()).filter(open)
  await store.phone.change('unsent', counts => ({ ...counts, [store.user()]: waiting.length }))
  return { unsent: waiting.length, old: waiting.filter(record => Date.now() - Date.parse(record.saved_at) > DAY).length }
}

// Counts, and tells every window.
export async function changed() {
  const counted = await count()
  store.tell('records', counted)
  return counted.unsent
}

// The number is all that anybody else learns.
export async function ofOthers({ username }) {
  const counts = Object.entries(await store.phone.get('unsent') ?? {})
  return counts.reduce((sum, [name, n]) => name === username ? sum : sum + n, 0)
}

// Photos go a week after their receipt, records a month; a young photo's draft may not be written yet.
export async function tidy(now = Date.now()) {
  const older = (heard, days) => heard && now - Date.parse(heard) > days * DAY
  await store.change(['actions', 'photos', 'drafts'], async ({ actions, photos, drafts }) => {
    const used = new Set((await drafts.getAll()).flatMap(draft => draft.photos.map(({ sha }) => sha)))
    for (const record of await actions.getAll()) {
      const kept = !open(record) && !lost(record)
      if (kept && older(record.heard, 30)) await actions.delete(record.id)
      else if (!kept || !older(record.heard, 7)) record.action.photos.forEach(sha => used.add(sha))
    }
    for (const sha of await photos.getAllKeys()) if (!used.has(sha) && !((await photos.get(sha)).at > now - DAY)) await photos.delete(sha)
  })
}
