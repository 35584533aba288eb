import { parentPort, workerData } from 'node:worker_threads'
import { ffiSrtpCrypto, nodeRandomBytes, nodeSrtpCrypto } from '@voxkeep/wire/node'
import { systemClock } from '#kernel'
import { loadOpus, mediaWorker, type MediaWorkerConfig, type ToMedia } from '#media'
import { openStream, tlsContexts } from '#stream'
import { recordingWriter } from '#vault'

/** One media thread: the place where media, streams and sealing meet. */
const port = parentPort
if (port !== null) {
  const config = workerData as MediaWorkerConfig
  const random = { bytes: nodeRandomBytes }
  const contexts = tlsContexts()
  await loadOpus()
  const receive = mediaWorker({
    config,
    clock: systemClock,
    random,
    srtpCrypto: (config.ffi === true ? ffiSrtpCrypto() : undefined) ?? nodeSrtpCrypto,
    post: (message) => port.postMessage(message),
    openStream: (spec, options) => openStream(spec, { ...options, random, contexts }),
    openRecorder: recordingWriter,
  })
  port.on('message', (message: ToMedia) => receive(message))
  port.postMessage({ kind: 'ready' })
}
