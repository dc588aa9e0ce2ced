// Photos on this phone: made small before they are kept. Bytes, never a Blob, are kept.
import { decoded, jpeg, LONGEST } from './shrink.js'
import * as store from './store.js'
import { t } from './words.js'

const THUMB = 320
const MOST_BYTES = 8_000_000  // as the server
export const MOST = 9

// Gives the SHA-256, null for an empty file; an Error has words for the worker.
export async function take(file) {
  if (!file || file.size === 0) return null
  const photo = await prepared(file)
  const sha = await sha256(photo.bytes)
  await store.put('photos', { ...photo, sha, at: Date.now() }).catch(error => {
    throw error.name === 'QuotaExceededError' ? new Error(t('手机空间满了,这张照片没存下。文字可以照常保存。')) : error
  })
  return sha
}

// The SHA-256 of all that were chosen in a form, if it asks for any.
export async function takeAll({ elements }) {
  const shas = new Set()
  for (const file of [...elements.photos?.files ?? []].slice(0, MOST)) shas.add(await take(file))
  return [...shas].filter(Boolean)
}

async function prepared(file) {
  let picture
  try {
    picture = await decoded(file)
  } catch {
    return asItIs(file)
  }
  try {
    const [bytes, thumb] = [await jpeg(picture, LONGEST, 0.8), await jpeg(picture, THUMB, 0.7)]
    return { bytes: await bytes.arrayBuffer(), thumb: await thumb.arrayBuffer(), type: 'image/jpeg' }
  } finally {
    picture.close()
  }
}

// The server knows how to open what this browser does not (HEIC).
async function asItIs(file) {
  if (!/heic|heif/i.test(`${file.type} ${file.name}`)) throw new Error(t('这个文件不是照片,或者已经损坏,请重新拍。'))
  if (file.size > MOST_BYTES) throw new Error(t('这张照片超过 8 MB,手机打不开它,请用相机重拍。'))
  return { bytes: await file.arrayBuffer(), thumb: null, type: 'image/heic' }
}

export async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

const shown = new Map()

export async function address(sha, whole = false) {
  const key = `${sha}${whole}`
  if (!shown.has(key)) {
    const photo = await store.get('photos', sha)
    const bytes = whole ? photo?.bytes : photo?.thumb ?? photo?.bytes
    shown.set(key, bytes ? URL.createObjectURL(new Blob([bytes], { type: photo.thumb && !whole ? 'image/jpeg' : photo.type })) : `/photos/${sha}${whole ? '' : '/thumb'}`)
  }
  return shown.get(key)
}
