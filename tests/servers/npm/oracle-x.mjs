// What npm twitter-text says of each text: one JSON string a line in, one JSON object a line out.
import { createInterface } from 'node:readline'
import twitter from 'twitter-text'

const places = (text, [start, end]) => [[...text.slice(0, start)].length, [...text.slice(0, end)].length]

for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line)
  const { weightedLength, valid } = twitter.parseTweet(text)
  const urls = twitter.extractUrlsWithIndices(text).map((url) => places(text, url.indices))
  const tags = twitter.extractHashtagsWithIndices(text).map((tag) => [...places(text, tag.indices), tag.hashtag])
  const cashtags = twitter.extractCashtags(text)
  console.log(JSON.stringify({ weightedLength, valid, urls, tags, cashtags }))
}
