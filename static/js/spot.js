// 随手报 and a handler's task: photos are made small, and everything stays on the page until the server has answered.
import { decoded, jpeg, LONGEST } from './shrink.js'

const byId = id => document.getElementById(id)
const failed = byId('failed')

// As it is where this browser cannot open it: the server may.
async function small(file) {
  try {
    return await jpeg(await decoded(file), LONGEST, 0.8)
  } catch (error) {
    console.info(error)
    return file
  }
}

async function filled(form) {
  const data = new FormData()
  for (const [name, value] of new FormData(form)) data.append(name, value.size ? await small(value) : value)
  return data
}

document.addEventListener('submit', async event => {
  const form = event.target
  if (!form.enctype.startsWith('multipart')) return
  event.preventDefault()
  const send = form.lastElementChild
  send.disabled = true
  failed.hidden = true
  try {
    const response = await fetch(form.action, { method: 'POST', body: await filled(form) })
    if (response.redirected) return location.assign(response.url)
    if (response.ok || response.status === 410) return location.reload()  // a link that is over says so
    if (![409, 422].includes(response.status)) throw new Error(response.status)
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    document.querySelector('.errors, .error')?.remove()
    form.before(page.querySelector('.errors, .error'))
  } catch (error) {
    console.info(error)
    form.before(failed)
    failed.hidden = false
    failed.scrollIntoView()
  }
  send.disabled = false
})

// ── 随手报: shows the photo, asks where the phone is

const spot = byId('spot')
if (spot) {
  const { photo, lat, lng, accuracy } = spot.elements
  const [preview, near] = [byId('preview'), byId('near')]
  const show = () => {
    const [file] = photo.files
    preview.hidden = !file
    if (file) preview.src = URL.createObjectURL(file)
  }
  photo.addEventListener('change', show)
  show()
  near.hidden = !navigator.geolocation
  near.addEventListener('click', () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    lat.value = coords.latitude
    lng.value = coords.longitude
    accuracy.value = coords.accuracy
    near.setAttribute('aria-pressed', 'true')
  }, console.info, { enableHighAccuracy: true, timeout: 10_000 }))
}
