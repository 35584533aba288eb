import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { program } from './counterpart.ts'

/** Checks our log with Go's own packages: what signs and hashes there is not ours. */
export interface GoVerifier extends AsyncDisposable {
  /** Rejects with what Go says is wrong; resolves with the size of the newer checkpoint. */
  check(o: GoClaim): Promise<number>
}

export interface GoClaim {
  /** The log's Ed25519 verifier key. */
  readonly key: string
  readonly older: string
  readonly newer: string
  /** Between them. */
  readonly consistency: readonly Uint8Array[]
  readonly entry: string
  readonly index: number
  readonly inclusion: readonly Uint8Array[]
}

const source = `package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type claim struct {
	Key, Older, Newer, Entry string
	Consistency, Inclusion   []tlog.Hash
	Index                    int64
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open(text string, key note.Verifier) (int64, tlog.Hash) {
	opened, err := note.Open([]byte(text), note.VerifierList(key))
	must(err)
	lines := strings.Split(opened.Text, "\\n")
	if lines[0] != key.Name() {
		must(fmt.Errorf("another log: %s", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return size, root
}

func main() {
	var c claim
	must(json.NewDecoder(os.Stdin).Decode(&c))
	key, err := note.NewVerifier(c.Key)
	must(err)
	oldSize, oldRoot := open(c.Older, key)
	size, root := open(c.Newer, key)
	must(tlog.CheckTree(c.Consistency, size, root, oldSize, oldRoot))
	must(tlog.CheckRecord(c.Inclusion, size, root, c.Index, tlog.RecordHash([]byte(c.Entry))))
	fmt.Println(size)
}
`

/** Compiles the verifier against Debian's golang-golang-x-mod-dev; nothing is fetched. */
export async function buildGoVerifier(): Promise<GoVerifier> {
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-go-'))
  const binary = join(folder, 'verifier')
  await writeFile(join(folder, 'main.go'), source)
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOPATH: '/usr/share/gocode',
    GOPROXY: 'off',
    GOFLAGS: '',
    GOCACHE: join(tmpdir(), 'voxkeep-go-cache'),
    CGO_ENABLED: '0',
  }
  await promisify(execFile)(program('go'), ['build', '-o', binary, 'main.go'], { cwd: folder, env })
  return {
    async check(o) {
      const base64 = (hashes: readonly Uint8Array[]) =>
        hashes.map((hash) => Buffer.from(hash).toString('base64'))
      const running = promisify(execFile)(binary, [])
      running.child.stdin?.end(
        JSON.stringify({ ...o, consistency: base64(o.consistency), inclusion: base64(o.inclusion) }),
      )
      return Number((await running).stdout)
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
