package services

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/place"
)

// kind is the form in which kata itself brings a service.
type kind int

const (
	none    kind = iota // not at all: it must come from elsewhere
	linked              // a library, linked into the tests
	program             // the server program grader/services/<name>
)

// service is an entry of the table: everything that is particular to one
// service. A new one needs an entry here, a name in course.Services and, when
// its kind is program, a folder with its server.
type service struct {
	name     string
	embedded kind
	text     string   // what the embedded form is, or what else stands in for it
	module   string   // that gives the embedded form its version
	speaks   string   // the version that a simulator says it is
	aliases  []string // other names of Variable(name)
	tool     bool     // a program that the tests start themselves; its address is its path
	beside   string   // the service that tests use too where it can be had
	image    image    // the container's; zero: none
	local    []string // programs of a server on this machine, the best first; nil: kata cannot start one
	beneath  []string // programs that must lie beside it
	places   []string // patterns of folders that are often not on PATH
	clock    bool     // the embedded form has a clock that tests move; real servers only when asked
	mend     string   // what to do when it cannot be had
}

// image says how a service runs in a container. Its zero value means that it
// does not.
type image struct {
	Ref     string   // pinned; KATA_<SERVICE>_IMAGE overrides it
	Port    int      // that the server listens on
	Env     []string // of the container
	Args    []string // after the entry point
	Log     string   // a line that the server logs when it is ready; "": it listens
	Times   int      // how often it logs that; 0 is once
	Exec    []string // a command to run in the container before it is ready
	Address string   // with %s for host:port
}

// table lists every service in the order in which doctor shows them.
func table() []service {
	return []service{
		{name: "sql", embedded: linked, text: "SQLite, linked into the tests", module: "modernc.org/sqlite", beside: "postgres"},
		{
			name: "postgres", aliases: []string{"KATA_POSTGRESQL"}, text: "a PostgreSQL server",
			local: []string{"postgres"}, beneath: []string{"initdb"}, places: place.Postgres(), mend: "kata doctor --install postgres",
			image: image{
				Ref: "postgres:16-alpine", Port: 5432, Env: []string{"POSTGRES_PASSWORD=kata"},
				Args: []string{"postgres", "-c", "fsync=off"}, Log: "database system is ready to accept connections", Times: 2,
				Address: "postgres://postgres:kata@%s/postgres?sslmode=disable",
			},
		},
		{
			name: "redis", embedded: program, clock: true, text: "miniredis", module: "github.com/alicebob/miniredis/v2",
			local: []string{"redis-server", "valkey-server"},
			image: image{Ref: "redis:7", Port: 6379, Log: "Ready to accept connections", Address: "redis://%s"},
		},
		{
			name: "mongo", embedded: program, text: "a simulator of MongoDB", speaks: "7.0", aliases: []string{"KATA_MONGODB"},
			image: image{
				Ref: "mongo:7.0", Port: 27017, Args: []string{"--replSet", "rs0", "--bind_ip_all"}, Log: "Waiting for connections",
				Exec:    []string{"mongosh", "--quiet", "--eval", "rs.initiate({_id:'rs0',members:[{_id:0,host:'127.0.0.1:27017'}]}); while(!db.hello().isWritablePrimary) sleep(50)"},
				Address: "mongodb://%s/?directConnection=true",
			},
		},
		{
			name: "cassandra", embedded: program, text: "a simulator of Cassandra with three replicas", speaks: "4.1",
			image: image{
				Ref: "cassandra:5.0", Port: 9042, Env: []string{"HEAP_NEWSIZE=64M", "MAX_HEAP_SIZE=512M"},
				Log: "Startup complete", Address: "cassandra://%s",
			},
		},
		{
			name: "dynamodb", embedded: program, text: "a simulator of DynamoDB", speaks: "2012-08-10", aliases: []string{"KATA_DYNAMO"},
			image: image{Ref: "amazon/dynamodb-local:2.5.4", Port: 8000, Address: "http://%s"},
		},
		{
			name: "couchdb", embedded: program, text: "a simulator of CouchDB", speaks: "3.4", aliases: []string{"KATA_COUCH"},
			image: image{
				Ref: "couchdb:3.4", Port: 5984, Env: []string{"COUCHDB_USER=kata", "COUCHDB_PASSWORD=kata"},
				Log: "Apache CouchDB has started", Address: "http://kata:kata@%s",
			},
		},
		{
			name: "nats", embedded: program, text: "nats-server with JetStream", module: "github.com/nats-io/nats-server/v2",
			image: image{Ref: "nats:2.11-alpine", Port: 4222, Args: []string{"-js"}, Log: "Server is ready", Address: "nats://%s"},
		},
		{name: "openid", embedded: linked, text: "an OpenID provider, linked into the tests", aliases: []string{"KATA_OIDC"}},
		{name: "bucket", embedded: linked, text: "gocloud.dev, linked into the tests", module: "gocloud.dev", aliases: []string{"KATA_S3"}},
		{name: "git", tool: true, text: "the git program, started by the tests", local: []string{"git"}, mend: "install git: https://git-scm.com/downloads"},
		{name: engine, text: "a container engine that the tests drive, only when asked", mend: "kata verify --services docker"},
	}
}

// engine is the service whose address is the docker command.
const engine = "engine"

// lookup returns the entry of a service.
func lookup(name string) (service, error) {
	all := table()
	i := slices.IndexFunc(all, func(s service) bool { return s.name == name })
	if i < 0 {
		return service{}, fmt.Errorf("there is no service called %q", name)
	}
	return all[i], nil
}

// Names returns the names of all services.
func Names() []string {
	var names []string
	for _, s := range table() {
		names = append(names, s.name)
	}
	return names
}

// Variable names the environment variable that carries a service's address to
// the tests; the user may set it, or the same with _URL behind it.
func Variable(service string) string { return "KATA_" + strings.ToUpper(service) }

// variables are all names under which an address may be given.
func (s service) variables() []string {
	var names []string
	for _, n := range append([]string{Variable(s.name)}, s.aliases...) {
		names = append(names, n, n+"_URL")
	}
	return names
}

// only reports whether there is a single source, so that a wish for another
// one cannot be meant for this service.
func (s service) only() bool { return s.tool || s.local == nil && s.image.Ref == "" }

// missing is the error for a service that cannot be had, with its own mending
// command when mend is "".
func (s service) missing(reason, mend string) error {
	if mend == "" {
		mend = s.mend
	}
	if mend == "" {
		mend = "kata doctor"
	}
	return &MissingError{s.name, reason, mend}
}
