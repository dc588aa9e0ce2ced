// 一口清: shows what this phone keeps of it, then the newest.
import { ready } from './boot.js'
import * as store from './store.js'
import { ask } from './sync.js'
import { byId, clone } from './view.js'

await ready

const filled = (id, ...words) => {
  const node = clone(id)
  words.forEach((text, i) => { node.children[i].textContent = text })
  return node
}

function show(kept) {
  byId('nothing').hidden = kept
  byId('posts').replaceChildren(...(kept?.posts ?? []).map(({ title, facts, parts }) => {
    const node = filled('post', title)
    node.querySelector('.facts').append(...facts.map(fact => filled('fact', ...fact)))
    node.append(...parts.map(part => {
      const fold = filled('part', part.title)
      fold.append(...part.papers.map(paper => filled('paper', ...paper)))
      return fold
    }))
    return node
  }))
}

show(await store.get('meta', 'recite'))
try {
  const { status, answer } = await ask('/recite.json')
  if (status === 200) {
    await store.put('meta', answer, 'recite')
    show(answer)
  }
} catch (error) {
  if (!error.state) throw error
}
document.body.dataset.ready = 'recite'
