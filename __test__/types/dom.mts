// A program that is checked with the types of browsers beside those of Node.js, as frameworks for both have it.

import type { ModzyClient } from 'modzy-client';

export async function reads(client: ModzyClient): Promise<Response> {
  const { body } = await client.openOutput({ url: 'https://app.modzy.com/output' });
  for await (const chunk of body) {
    const bytes: Uint8Array = chunk;
    console.log(bytes.length);
  }
  const web: ReadableStream<Uint8Array> = body;
  return new Response(web);
}
