package main

import (
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// archive is one published build of PostgreSQL: a jar, which is a ZIP file, with
// a tar file compressed by xz in it.
type archive struct {
	url     string
	version string
	system  string // "linux-amd64"
}

var plainVersion = regexp.MustCompile(`^\d+(\.\d+){1,3}$`)

// newArchive is the build for this machine. The layout is that of Maven
// repositories (Maven documentation, "Repository layout").
func newArchive(repository, version string) (archive, error) {
	if !plainVersion.MatchString(version) {
		return archive{}, fmt.Errorf("%q is no version of PostgreSQL, such as 17.5.0", version)
	}
	u, err := url.Parse(repository)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return archive{}, fmt.Errorf("%q is no address of a repository: want https://HOST/PATH", repository)
	}
	system := system(runtime.GOOS, runtime.GOARCH, exists("/etc/alpine-release"))
	name := "embedded-postgres-binaries-" + system
	u = u.JoinPath("io/zonky/test/postgres", name, version, name+"-"+version+".jar")
	return archive{u.String(), version, system}, nil
}

// system is this machine's in the names of the archives (README of
// zonkyio/embedded-postgres-binaries).
func system(goos, goarch string, musl bool) string {
	if goarch == "arm64" && goos != "windows" {
		goarch = "arm64v8"
	}
	if goarch == "386" {
		goarch = "i386"
	}
	if goos == "linux" && musl {
		goarch += "-alpine"
	}
	return goos + "-" + goarch
}

// defaults are the repository and the version that the library
// fergusstrange/embedded-postgres takes, which publishes them in no other way.
func defaults() (repository, version string) {
	c := reflect.ValueOf(embeddedpostgres.DefaultConfig())
	return strings.TrimSuffix(c.FieldByName("binaryRepositoryURL").String(), "/"), c.FieldByName("version").String()
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
