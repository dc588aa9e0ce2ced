// Who works on this phone: asked as early as can be, while the page is still being read and no word is there yet.
import * as store from './store.js'
import { ask } from './sync.js'

export const able = 'serviceWorker' in navigator && 'indexedDB' in window && navigator.locks && crypto.subtle

// Opens the phone's own database, then the person's. null where nobody has signed in.
async function meet() {
  await store.prepareForPhone()
  const [known, leaving] = await store.phone.some('user', 'leaving')
  const left = !leaving || await leave()
  const user = known ?? (left && await firstMeeting())
  if (!user) return null
  const empty = await store.prepareFor(user.username)
  if (known && empty) await store.phone.set('wiped', true)
  if (!known) await store.put('meta', null, 'pause')  // the server was just heard
  return user
}

// The server's answer, or null when it cannot be heard.
export async function asked(path) {
  try {
    return (await ask(path)).answer
  } catch (error) {
    if (!error.state) throw error
    return null
  }
}

async function firstMeeting() {
  const user = await asked('/me')
  if (user) await store.phone.set('user', user)
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

export const met = able ? meet() : Promise.resolve(null)
