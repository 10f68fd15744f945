// What npm twitter-text finds in a text: one JSON string a line in, one JSON object a line out, until the input ends.
import { createInterface } from 'node:readline'
import twitter from 'twitter-text'

const place = (text, [start, end]) => [[...text.slice(0, start)].length, [...text.slice(0, end)].length]

for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line).normalize()
  console.log(
    JSON.stringify({
      text,
      weight: twitter.parseTweet(text).weightedLength,
      invalid: Boolean(twitter.hasInvalidCharacters(text)),
      urls: twitter.extractUrlsWithIndices(text).map((url) => place(text, url.indices)),
      hashtags: twitter.extractHashtags(text),
      cashtags: twitter.extractCashtags(text),
      mentions: twitter.extractMentions(text),
    }),
  )
}
