package imports

import "strings"

// base is what every exercise may import: packages that compute, and hand out
// no file, process, network or raw memory. log and slog write to standard
// error; log.Fatal ends the process, which no verdict takes for a pass.
//
// Left out although they look harmless: reflect (Value.UnsafePointer is
// unsafe), text/template, html/template, archive/zip, debug/… and go/parser
// (they open files by name), net/textproto and mime/multipart (dial, temporary
// files), crypto/tls and crypto/x509 (files of keys), runtime and runtime/debug.
var base = set(`
 bufio bytes cmp context errors fmt html io io/fs iter log log/slog maps mime/quotedprintable path slices sort strconv
 strings structs sync sync/atomic time unicode unicode/utf16 unicode/utf8 unique
 compress/bzip2 compress/flate compress/gzip compress/lzw compress/zlib
 container/heap container/list container/ring
 crypto crypto/aes crypto/cipher crypto/ecdh crypto/ecdsa crypto/ed25519 crypto/elliptic crypto/hkdf crypto/hmac
 crypto/md5 crypto/pbkdf2 crypto/rand crypto/rsa crypto/sha1 crypto/sha256 crypto/sha3 crypto/sha512 crypto/subtle
 encoding encoding/ascii85 encoding/asn1 encoding/base32 encoding/base64 encoding/binary encoding/csv encoding/gob
 encoding/hex encoding/json encoding/pem encoding/xml
 hash hash/adler32 hash/crc32 hash/crc64 hash/fnv hash/maphash index/suffixarray
 math math/big math/bits math/cmplx math/rand math/rand/v2
 net/mail net/netip net/url regexp regexp/syntax text/scanner text/tabwriter`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// gate names what stays refused of a package that an exercise allows.
type gate struct {
	functions []string // functions and types: always behind the package's name
	methods   []string // methods: on whatever value
	why       string
}

const whyFiles = "It opens files of the machine by name; hand the content in through the exercise's API instead, as its tests do."

var templates = gate{
	functions: []string{"ParseFiles", "ParseGlob", "ParseFS"},
	methods:   []string{"ParseFiles", "ParseGlob", "ParseFS"}, why: whyFiles,
}

var gates = map[string]gate{
	"text/template": templates,
	"html/template": templates,
	"net/http":      {functions: []string{"FileServer", "ServeFile", "Dir", "NewFileTransport"}, why: whyFiles},
	"path/filepath": {functions: []string{"Walk", "WalkDir", "Glob", "EvalSymlinks"}, why: whyFiles},
	"crypto/tls":    {functions: []string{"LoadX509KeyPair"}, why: whyFiles},
	"reflect": {functions: []string{"NewAt", "SliceAt"}, methods: []string{"UnsafePointer", "UnsafeAddr"},
		why: "It reaches memory past the type system, where the compiler cannot help you any more."},
}

// Reasons against packages that one might well try.
const (
	whyMachine = "The code is judged through its API alone; files, processes and the environment of the machine are not its business (and would not be there)."
	whyMemory  = "It goes round the type system and so round everything that the compiler checks for you."
	whyJudge   = "It belongs to what judges the code, not to the code."
	whyRuntime = "Code that steers the scheduler or the collector hides a fault instead of mending it."
	whyNetwork = "The network is no part of this exercise: what it needs of it comes through the types of its API."
	whyC       = "cgo needs a C compiler on every machine and leaves Go's safety behind."
	whyOther   = "An exercise allows the standard library's computing packages and what its brief names under imports; its own solution needs no more."
	whyGrader  = "It is a part of kata, which may change any day; the exercise's own folder and sub-folders are what this code may use."
)

var whys = map[string]string{
	"C": whyC, "os": whyMachine, "syscall": whyMachine, "plugin": whyMachine, "embed": whyMachine, "golang.org/x/sys": whyMachine,
	"unsafe": whyMemory, "reflect": whyMemory, "testing": whyJudge, "flag": whyMachine, "runtime": whyRuntime, "net": whyNetwork,
}
