/** Words that some YAML reads as something else than text, and starts that mean something. */
const plainText = /^[A-Za-z_./][A-Za-z0-9_./-]*$/
const otherThanText = /^(?:true|false|null|yes|no|on|off|y|n|\.(?:inf|nan)|-+|\.{1,3})$/i

/**
 * A text as a YAML scalar that fits into a block or flow mapping or list on one line: plain where every YAML reads it as this text, else in double quotes.
 * Whatever the text holds, nothing of it can end the scalar.
 */
export function yamlScalar(text: string): string {
  if (plainText.test(text) && !otherThanText.test(text) && !/^\.\d/.test(text)) return text
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * A text as the content of a comment: on one line, with nothing invisible in it, cut to a length in characters.
 * @param longest 100 unless told
 */
export function yamlComment(text: string, longest = 100): string {
  const visible = [...text.replace(/[\s\p{C}]+/gu, ' ').trim()]
  return visible.length > longest ? `${visible.slice(0, longest - 1).join('')}…` : visible.join('')
}
