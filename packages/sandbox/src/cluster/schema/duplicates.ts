/** Fields that a JSON text gives more than once in the same object: `data.x`, `spec.containers[0].image`. The text must be JSON. */
export function duplicateFields(text: string): readonly string[] {
  const found: string[] = []
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g)
  const value = (path: string): void => {
    const { value: match } = tokens.next()
    if (match?.[0] === '{') fieldsOf(path)
    else if (match?.[0] === '[') itemsOf(path)
  }
  // The first token of an object or a list ends it or begins what is in it; so one token is looked at ahead.
  function fieldsOf(path: string): void {
    const seen = new Set<string>()
    for (let token = tokens.next().value?.[0]; token !== undefined && token !== '}'; token = tokens.next().value?.[0]) {
      if (token === ',') continue
      const name = JSON.parse(token) as string
      const inner = path === '' ? name : `${path}.${name}`
      if (seen.has(name)) found.push(inner)
      seen.add(name)
      tokens.next()
      value(inner)
    }
  }
  function itemsOf(path: string): void {
    let index = 0
    for (let token = tokens.next().value?.[0]; token !== undefined && token !== ']'; token = tokens.next().value?.[0]) {
      if (token === ',') { index++; continue }
      if (token === '{') fieldsOf(`${path}[${index}]`)
      else if (token === '[') itemsOf(`${path}[${index}]`)
    }
  }
  value('')
  return found
}
