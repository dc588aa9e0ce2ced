// The scripts' words in the reader's language, and the labels.
const { phrases, labels } = await (await fetch('/words.json')).json()
export { labels }

// t('还有 {n} 条', {n})
export const t = (source, values = {}) => (phrases[source] || source).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)

const language = document.documentElement.lang
const format = options => new Intl.DateTimeFormat(language, options)
const [dayFormat, yearFormat, weekFormat, clockFormat] = [
  { month: 'long', day: 'numeric' }, { year: 'numeric', month: 'long', day: 'numeric' }, { weekday: 'short' }, { hour: '2-digit', minute: '2-digit', hour12: false },
].map(format)

export const isoDay = (date = new Date()) => `${date.getFullYear()}-${`${date.getMonth() + 1}`.padStart(2, '0')}-${`${date.getDate()}`.padStart(2, '0')}`
export const dateOf = iso => new Date(iso.length === 10 ? `${iso}T00:00` : iso)
export const daysBetween = (from, to) => Math.round((dateOf(to) - dateOf(from)) / 86_400_000)

export const day = iso => (dateOf(iso).getFullYear() === new Date().getFullYear() ? dayFormat : yearFormat).format(dateOf(iso))
export const weekday = iso => weekFormat.format(dateOf(iso))
export const clock = iso => clockFormat.format(dateOf(iso))
export const moment = iso => isoDay(dateOf(iso)) === isoDay() ? clock(iso) : `${day(iso)} ${clock(iso)}`

// RFC 3339 with this phone's offset.
export function stamp(date = new Date()) {
  const offset = -date.getTimezoneOffset()
  const two = number => `${Math.trunc(Math.abs(number))}`.padStart(2, '0')
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 23)
  return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`
}
