/** The files of a new app, by their paths. */
export function templates(name: string): Readonly<Record<string, string>> {
  return {
    'package.json': packageJson(name),
    'tsconfig.json': tsconfig,
    '.gitignore': 'node_modules/\ngateway/\n*.tape.json\n',
    'README.md': readme(name),
    'src/main.ts': main,
    'src/talk.ts': talk,
    'src/talk.test.ts': talkTest,
  }
}

const packageJson = (name: string) =>
  `${JSON.stringify(
    {
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      scripts: {
        start: 'node src/main.ts --config gateway/app.json',
        test: 'node --test "src/**/*.test.ts"',
        types: 'tsc',
      },
      dependencies: { '@voxkeep/sdk': 'file:vendor/voxkeep-sdk', ws: '8.23.0' },
      devDependencies: { '@types/node': '26.6.6', '@types/ws': '8.18.2', typescript: '7.0.2' },
      engines: { node: '>=26' },
      voxkeep: { main: 'src/main.ts' },
    },
    undefined,
    2,
  )}\n`

const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'esnext',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
    },
    include: ['src'],
  },
  undefined,
  2,
)}\n`

const main = `import { commands } from '@voxkeep/sdk'
import { runApp } from '@voxkeep/sdk/node'
import { WebSocketServer } from 'ws'
import { talk } from './talk.ts'

await runApp({
  sockets: new WebSocketServer({ noServer: true }),
  // What to do with a call: an event of your gateway, and commands for it.
  on: (streams) => ({
    'call.incoming': async ({ data }) => {
      console.log('a call for', data.to)
      return [commands.answer(), await streams.command()]
    },
    'call.ended': ({ data }) => console.log('over:', data.reason),
  }),
  // What to say: the call's audio, for as long as this takes.
  onConversation: talk,
})
`

const talk = `import type { Conversation } from '@voxkeep/sdk'

/** Says back what the caller says. Put your model here. */
export async function talk(conversation: Conversation): Promise<void> {
  conversation.interruptOnSpeech() // the caller may cut in
  for await (const frame of conversation.audio) await conversation.play(frame)
}
`

const talkTest = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AudioFrame, Conversation } from '@voxkeep/sdk'
import { talk } from './talk.ts'

test('talk() says back what it hears', async () => {
  const bytes = new Uint8Array(160)
  const frame: AudioFrame = { track: 'inbound', timestampMs: 0, pcm: new Int16Array(160), rateHz: 8_000, bytes, encoding: 'ulaw' }
  const played: unknown[] = []
  const conversation = {
    audio: (async function* () {
      yield frame
    })(),
    play: async (piece: unknown) => void played.push(piece),
    interruptOnSpeech: () => () => {},
  }
  await talk(conversation as unknown as Conversation)
  assert.deepEqual(played, [frame])
})
`

const readme = (name: string) => `# ${name}

An app for a Voxkeep gateway. It answers each call and says back what it hears: put your model into \`src/talk.ts\`.

    voxkeep dev            # gateway, app and logs; again on save with --watch
    voxkeep dev --call     # and a call with the softphone
    npm test
    npm run types          # checks the types
    npm start              # the app alone, with the settings of gateway/app.json, beside a gateway that runs

| | |
| --- | --- |
| \`src/main.ts\` | what to do with calls |
| \`src/talk.ts\` | what to say |
| \`gateway/voxkeep.yaml\` | the gateway of this machine; its webhook is this app. Keys and certificates lie beside it: keep the folder out of git |
| \`gateway/app.json\` | where the app listens, and as whom: its settings when it is started by itself |
| \`vendor/voxkeep-sdk\` | the SDK, copied from the checkout that made this app. It is not on npm: to take a newer one, copy it again |

\`voxkeep dev --record talk.tape.json --call\` writes down a conversation, \`voxkeep dev --replay talk.tape.json\` plays it to the app again and says
where it answers otherwise. Such a file holds what was said.
`
