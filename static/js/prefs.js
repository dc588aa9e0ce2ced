// Text size and theme, before the page is painted: one from the phone's cache cannot ask the server.
(() => {
  const root = document.documentElement
  const apply = (name, value) => value ? root.setAttribute('data-' + name, value) : root.removeAttribute('data-' + name)
  try {
    for (const name of ['size', 'theme']) {
      const value = localStorage.getItem(name)
      if (value !== null) apply(name, value)
    }
  } catch (error) {
    console.warn(error)  // storage is closed to us: the server's cookie has already spoken
  }
  document.addEventListener('change', ({ target: { name, value, form } }) => {
    if (!form || !form.hasAttribute('data-prefs')) return
    apply(name, value)
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`
    localStorage.setItem(name, value)
  })
})()
