// Makes a photo small: 1600 px, JPEG, without the camera's own data. Bytes, never a Blob, are kept.
import * as store from './store.js'
import { t } from './words.js'

const LONGEST = 1600
const THUMB = 320
const MOST_BYTES = 8_000_000  // as the server
export const MOST = 9

// null for an empty file

// Gives the SHA-256, null for an empty file; an Error has words for the worker.
export async function take(file) {
  if (!file || file.size === 0) return null
  const photo = await prepared(file)
  const sha = await sha256(photo.bytes)
  await store.put('photos', { ...photo, sha, at: Date.now() })
  return sha
}

async function prepared(file) {
  let picture
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    return asItIs(file)
  }
  try {
    return { bytes: await jpeg(picture, LONGEST, 0.8), thumb: await jpeg(picture, THUMB, 0.7), type: 'image/jpeg' }
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

async function jpeg(picture, longest, quality) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', quality))
  return blob.arrayBuffer()
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
