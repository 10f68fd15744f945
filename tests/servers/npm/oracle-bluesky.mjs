// What @atproto/api says of each text: one JSON string a line in, one JSON object a line out. Mentions are left out, and so
// are links that the network's own rules of what a URI is would refuse: a post with such a facet is not accepted.
import { createInterface } from 'node:readline'
import { RichText } from '@atproto/api'
import { isValidUri } from '@atproto/syntax'

for await (const line of createInterface({ input: process.stdin })) {
  const richText = new RichText({ text: JSON.parse(line) })
  richText.detectFacetsWithoutResolution()
  const facets = (richText.facets ?? []).map(({ index, features: [{ uri, tag }] }) => [index.byteStart, index.byteEnd, uri, tag])
  const shown = facets.filter(([, , uri, tag]) => (uri ? isValidUri(uri) : tag))
  console.log(JSON.stringify({ graphemes: richText.graphemeLength, facets: shown }))
}
