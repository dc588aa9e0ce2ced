// 随手报: shows the photo, asks where the phone is, and keeps everything on the page until the server has answered.
const form = document.getElementById('spot')
const [photo, preview, near, failed, send] = ['photo', 'preview', 'near', 'failed', 'send'].map(id => form.elements[id] ?? document.getElementById(id))

const show = () => {
  const [file] = photo.files
  preview.hidden = !file
  if (file) preview.src = URL.createObjectURL(file)
}
photo.addEventListener('change', show)
show()

if (navigator.geolocation) {
  near.hidden = false
  near.addEventListener('click', () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    form.elements.lat.value = coords.latitude
    form.elements.lng.value = coords.longitude
    form.elements.accuracy.value = coords.accuracy
    near.setAttribute('aria-pressed', 'true')
  }, console.info, { enableHighAccuracy: true, timeout: 10_000 }))
}

form.addEventListener('submit', async event => {
  event.preventDefault()
  send.disabled = true
  failed.hidden = true
  try {
    const response = await fetch(form.action, { method: 'POST', body: new FormData(form) })
    if (response.redirected) return location.assign(response.url)
    if (response.status !== 422) throw new Error(response.status)
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    document.querySelector('.errors')?.remove()
    form.before(page.querySelector('.errors'))
  } catch (error) {
    console.info(error)
    failed.hidden = false
    failed.scrollIntoView()
  }
  send.disabled = false
})
