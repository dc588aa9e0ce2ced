// The desk's keys and small comforts; everything works without them.
const find = (selector, from = document) => from.querySelector(selector)
const all = (selector, from = document) => [...from.querySelectorAll(selector)]
const detail = () => find('#detail')

// ── from one entry to the next

const current = () => find('#entry')?.dataset.id

function step(by) {
  const links = all('#cards .card-title')
  const at = links.findIndex(link => link.closest('.card').id === `entry-${current()}`)
  const link = links[at < 0 ? (by > 0 ? 0 : -1) : at + by]
  if (!link) return
  link.click()
  link.closest('.card').scrollIntoView({ block: 'nearest' })
}

function opened() {
  for (const card of all('#cards .card')) card.ariaCurrent = card.id === `entry-${current()}` ? 'true' : null
  find('#panes')?.classList.toggle('open', Boolean(current()))
}

// Back to the list on a phone, at the place where it was left.
function close(url) {
  const card = find(`#entry-${current()}`)
  detail().replaceChildren()
  opened()
  history.pushState({ htmx: true }, '', url)
  card?.scrollIntoView({ block: 'center' })
}

document.addEventListener('htmx:afterSwap', ({ target }) => {
  if (!target.closest('#detail') && target.id !== 'entry') return
  opened()
  unhide(detail())
  detail().scrollTop = 0
  if (getComputedStyle(detail()).overflowY !== 'auto') scrollTo(0, 0)
  find('#entry-title, .error', detail())?.focus({ preventScroll: true })
})

// A card that came out of turn has lost what only the script knows.
document.addEventListener('htmx:oobAfterSwap', () => { opened(); counted() })

// By `name` the browser would close the new one while the old one is still there.
document.addEventListener('toggle', ({ target }) => {
  if (target.open && target.matches('.act')) for (const other of all('.act[open]')) other.open = other === target
}, true)

// ── keys

const keys = {
  j: () => step(1),
  k: () => step(-1),
  a: () => find('[data-key=A]')?.click(),
  r: () => unfold('R'),
  x: () => unfold('X'),
  '/': () => { find('#panes')?.classList.remove('open'); find('#search-q')?.focus() },
  '?': () => find('#help')?.showModal(),
}

function unfold(key) {
  const summary = find(`[data-key=${key}]`)
  if (!summary) return
  summary.parentElement.open = true
  find('input:not([type=hidden]), textarea', summary.parentElement).focus()
  summary.parentElement.scrollIntoView({ block: 'nearest' })
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return
  const field = event.target.closest('input:not([type=checkbox]), textarea, select, dialog')
  if (event.key === 'Escape' && field?.matches('input, textarea')) return field.blur()
  if (field || find('.htmx-request')?.closest('#panes')) return
  const act = keys[event.key.toLowerCase()]
  if (!act) return
  event.preventDefault()
  act()
})

// ── photos in a dialog, one after the other

function show(link) {
  const viewer = find('#viewer'), links = all('#entry [data-photo]')
  viewer.dataset.at = links.indexOf(link)
  find('img', viewer).src = link.href
  find('img', viewer).alt = find('img', link).alt
  find('p', viewer).textContent = `${find('img', link).alt} ${links.indexOf(link) + 1}/${links.length}`
  if (!viewer.open) viewer.showModal()
}

find('#viewer')?.addEventListener('keydown', ({ key, currentTarget }) => {
  const links = all('#entry [data-photo]'), by = { ArrowRight: 1, ArrowLeft: -1 }[key]
  const next = by && links[Number(currentTarget.dataset.at) + by]
  if (next) show(next)
})

// ── clicks

document.addEventListener('click', async event => {
  const at = selector => event.target.closest(selector)
  if (at('[data-photo]') && !event.ctrlKey && !event.metaKey) { event.preventDefault(); show(at('[data-photo]')) }
  if (at('#viewer') && !at('#viewer button')) find('#viewer').close()
  if (at('[data-step]')) step(Number(at('[data-step]').dataset.step))
  if (at('[data-opens]')) find(`#${at('[data-opens]').dataset.opens}`).showModal()
  if (at('.pane-back') && find('#cards')) { event.preventDefault(); close(at('.pane-back').href) }
  if (at('[data-copies]')) {
    const button = at('[data-copies]')
    await navigator.clipboard.writeText(button.dataset.copies)
    button.textContent = button.dataset.done
  }
})

// ── several at once

const picks = () => all('input[name=pick]')

function counted() {
  const button = find('#bulk button'), picked = picks().filter(box => box.checked).length
  if (!button) return
  button.textContent = button.dataset.words.replace('{n}', picked)
  button.disabled = !picked
  find('[data-picks-all]').checked = picked > 0 && picked === picks().length
}

document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-picks-all]')) for (const box of picks()) box.checked = target.checked
  if (target.matches('[name=pick], [data-picks-all]')) counted()
})

// ── when the server is not to be reached

for (const failure of ['htmx:sendError', 'htmx:timeout', 'htmx:responseError']) {
  document.addEventListener(failure, ({ detail: { xhr, elt } }) => {
    if (elt.id === 'news' || xhr?.status >= 400 && xhr.status < 500) return
    const toast = document.createElement('p')
    toast.className = 'toast'
    toast.textContent = find('#panes').dataset.unreached
    find('#toasts').replaceChildren(toast)
    setTimeout(() => toast.remove(), 6000)
  })
}

function unhide(within) {
  for (const one of all('[data-copies], [data-step], .keys, .tick.all', within)) one.hidden = false
}

unhide(document)
opened()
counted()
