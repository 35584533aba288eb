import { parentPort, workerData } from 'node:worker_threads'
import { nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { systemClock } from '#kernel'
import { mediaWorker, type MediaWorkerConfig, type ToMedia } from '#media'
import { openStream } from '#stream'
import { recordingWriter } from '#vault'

/** One media thread: the place where media, streams and sealing meet. */
const port = parentPort
if (port !== null) {
  const random = { bytes: nodeRandomBytes }
  const receive = mediaWorker({
    config: workerData as MediaWorkerConfig,
    clock: systemClock,
    random,
    srtpCrypto: nodeSrtpCrypto,
    post: (message) => port.postMessage(message),
    openStream: (spec, options) => openStream(spec, { ...options, random }),
    openRecorder: recordingWriter,
  })
  port.on('message', (message: ToMedia) => receive(message))
  port.postMessage({ kind: 'ready' })
}
