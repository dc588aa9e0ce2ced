// Signing in or out here changes who works on this device.
import * as store from './store.js'

(document.querySelector('[data-leave]') ?? document.querySelector('form')).addEventListener('submit', async event => {
  event.preventDefault()
  const { target } = event
  const { leave } = target.dataset
  try {
    await store.prepareForPhone()
    const user = await store.phone.get('user')
    const unsent = user && (await store.phone.get('unsent'))?.[user.username]
    if (leave && unsent && !confirm(leave.replace('{n}', unsent))) return
    if (user && user.username !== target.username?.value.trim()) await store.phone.set('user', null)
  } catch (error) {
    console.info(error)  // a closed storage keeps nobody out
  }
  target.submit()
})
