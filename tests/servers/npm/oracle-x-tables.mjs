// Prints, as JSON, what twitter-text's own lists and character classes come to once JavaScript's /i is worked out.
// bot/text/x_tables.py holds the same, so that Python needs no IGNORECASE: its rules for letters beyond ASCII differ.
import twemoji from 'twemoji-parser/dist/lib/regex.js'
import * as twitter from 'twitter-text/dist/regexp/index.js'

const rules = twitter.default.default ?? twitter.default
const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit))

const hex = (code) => (code > 0xffff ? '\\U' + code.toString(16).padStart(8, '0') : '\\u' + code.toString(16).padStart(4, '0'))
const ranges = (codes) => {
  const found = []
  for (const code of codes) {
    if (found.length && found.at(-1)[1] === code - 1) found.at(-1)[1] = code
    else found.push([code, code])
  }
  return found.map(([first, last]) => (first === last ? hex(first) : `${hex(first)}-${hex(last)}`)).join('')
}
const matching = (body) => {
  const pattern = new RegExp(`^[${body}]$`, 'i')
  return units.filter((unit) => pattern.test(unit)).map((unit) => unit.charCodeAt(0))
}
// The pattern wants a pair of surrogates, so every code point beyond the first plane is asked for one by one.
const beyond = (body) => {
  const pattern = new RegExp(`^(?:${body})$`, 'i')
  const found = []
  for (let code = 0x10000; code < 0x110000; code++) if (pattern.test(String.fromCodePoint(code))) found.push(code)
  return found
}
const names = (rule) => rule.source.replace(/^\(\?:\(\?:/, '').split(')(?=')[0].split('|')
const cases = (unit) => (unit.toUpperCase() === unit.toLowerCase() ? unit : `[${ranges(matching(unit))}]`)

const tlds = [...names(rules.validGTLD), ...names(rules.validCCTLD)]
const plain = (tld) => /^[a-z]+$/.test(tld)
console.log(
  JSON.stringify({
    TLDS: [...new Set(tlds.filter(plain))].sort().join(' '),
    FURTHER_TLDS: tlds.filter((tld) => !plain(tld)).map((tld) => [...tld].map(cases).join('')).join('|'),
    ACCENTED: ranges(matching(rules.latinAccentChars.source)),
    CYRILLIC: ranges(matching(rules.cyrillicLettersAndMarks.source)),
    LETTERS: ranges([...matching(rules.bmpLetterAndMarks.source), ...beyond(rules.astralLetterAndMarks.source)]),
    NUMERALS: ranges([...matching(rules.bmpNumerals.source), ...beyond(rules.astralNumerals.source)]),
    EMOJI: twemoji.default.source,
  }),
)
