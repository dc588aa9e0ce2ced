// When somebody else signs in on this phone, the pages ask anew who works here, before they show anything.
import * as store from './store.js'

document.querySelector('form').addEventListener('submit', async event => {
  event.preventDefault()
  const { target } = event
  await store.prepareForPhone()
  const user = await store.phone.get('user')
  if (user && user.username !== target.username.value.trim()) await store.phone.set('user', null)
  target.submit()
})
