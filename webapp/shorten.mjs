// Shortens our scripts (static/js) with terser for sending: static/short/<first 16 digits of the source's SHA-256>.js.
// bin/setup runs it. The names say what each was made of, so that a script that was changed since is sent as it is written.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { minify } from 'terser'

const [from, to] = ['js', 'short'].map(name => new URL(`../static/${name}/`, import.meta.url))
mkdirSync(to)
for (const name of readdirSync(from)) {
  const source = readFileSync(new URL(name, from), 'utf8')
  const { code } = await minify(source, { module: true, ecma: 2020, compress: { passes: 2 } })
  writeFileSync(new URL(`${createHash('sha256').update(source).digest('hex').slice(0, 16)}.js`, to), code)
}
