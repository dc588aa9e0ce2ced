// Clones what Jinja rendered into <template> and puts words into it, never HTML.
import { labels, t } from './words.js'

export const byId = id => document.getElementById(id)
export const clone = id => byId(id).content.firstElementChild.cloneNode(true)

export function say(node, selector, words) {
  const target = node.querySelector(selector)
  if (words) target.textContent = words
  else target.remove()
}

export function sayAll(node, selector, parts) {
  const target = node.querySelector(selector)
  const words = parts.filter(Boolean)
  if (!words.length) return target.remove()
  target.replaceChildren(...words.map(part => Object.assign(document.createElement('bdi'), { textContent: part })))
}

export function setIcon(node, name) {
  node.querySelector('use').setAttribute('href', `${document.body.dataset.sprite}#${name}`)
  return node
}

// state: {word, tone, icon}; tones: done waiting overdue underway plain
export function chip({ word, tone = 'plain', icon }) {
  const node = clone(`chip-${tone}`)
  node.lastElementChild.textContent = word
  if (icon) setIcon(node, icon)
  else if (tone === 'plain') node.querySelector('svg').remove()
  return node
}

export function row({ url, lead, title, meta = [], state, icon }) {
  const node = clone(lead ? 'row' : 'row-icon')
  const link = node.querySelector('.row-link')
  if (typeof url === 'function') link.addEventListener('click', event => { event.preventDefault(); url(node) })
  else link.href = url
  if (lead) say(node, '.row-lead', lead)
  else setIcon(node, icon)
  say(node, '.row-title', title)
  sayAll(node, '.row-meta', [meta].flat())
  if (state) node.querySelector('.row-head').append(chip(state))
  return node
}

export function group(title, count, rows) {
  const node = clone('group')
  say(node, 'bdi', title)
  say(node, '.group-count', count)
  node.querySelector('ul').replaceChildren(...rows)
  return node
}

export function card({ url, icon, title, meta = [], state, note, template = 'card' }) {
  const node = setIcon(clone(template), icon)
  const link = node.querySelector('.card-title')
  if (url) link.href = url
  say(node, '.card-title bdi', title)
  sayAll(node, '.card-meta', meta)
  say(node, '.card-note', note)
  if (state) node.querySelector('.card-head').append(chip(state))
  return node
}

export function banner(kind, words, action, press) {
  const node = clone(`banner-${kind}`)
  say(node, '.banner-words', words)
  const button = node.querySelector('.button')
  if (!action) button.remove()
  else {
    button.textContent = action
    if (typeof press === 'string') button.href = press
    else {
      button.setAttribute('role', 'button')
      button.href = '#'
      button.addEventListener('click', event => { event.preventDefault(); press(node) })
    }
  }
  return node
}

export function toast(words) {
  const node = Object.assign(document.createElement('p'), { className: 'toast', textContent: words })
  byId('toasts').append(node)
  setTimeout(() => node.remove(), 4000)
}

export const kindOf = name => labels.kinds[name] ?? { label: name, icon: 'edit', fields: [], wants: [], roles: [] }
export const titleOf = ({ kind, category }) => [kindOf(kind).label, labels.categories[category]?.[1]].filter(Boolean).join(' · ')

export function stateOf(record, { row, sending, latest = true } = {}) {
  if (sending?.has(record.id)) return { word: t('上传中'), tone: 'underway', icon: 'sync' }
  if (record.state === 'refused') return { word: t('需处理:{reason}', { reason: record.message }), tone: 'overdue', icon: 'alert' }
  if (record.state === 'saved') return { word: t('已存手机'), tone: 'waiting', icon: 'device' }
  const lost = record.lost?.[record.missing?.find(sha => record.lost?.[sha])]
  const why = lost === 'gone' ? t('手机里找不到它了') : lost
  if (why) return { word: t('照片没被收下:{reason}', { reason: why }), tone: 'overdue', icon: 'photo' }
  if (record.missing?.length) return { word: t('缺照片 {n}', { n: record.missing.length }), tone: 'waiting', icon: 'photo' }
  if (latest && row?.stage === 'returned') return { word: t('被退回:{reason}', { reason: row.reason }), tone: 'overdue', icon: 'return' }
  return { word: t('已收到 №{number}', { number: record.number }), tone: 'done', icon: 'check-double' }
}

const STAGE_TONES = { waiting: 'waiting', returned: 'overdue', in_hand: 'underway', handled: 'underway', closed: 'done', declined: 'plain', withdrawn: 'plain' }
export const stageChip = stage => ({ word: labels.stages[stage] ?? stage, tone: STAGE_TONES[stage] ?? 'plain' })
