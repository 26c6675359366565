package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// postgres is a PostgreSQL whose files may be lost: nothing is synced.
type postgres struct{ bin, cache string }

func (p postgres) name() string { return "PostgreSQL in " + p.bin }

func (p postgres) program(name string) string { return filepath.Join(p.bin, name+exe) }

const dataName = "data"

// prepare takes a copy of an empty cluster, which is made the first time.
func (p postgres) prepare(folder string, who user) error {
	data := filepath.Join(folder, dataName)
	template := filepath.Join(p.cache, "postgres-"+p.key())
	if _, err := os.Stat(template); err == nil && p.cache != "" {
		return copyTree(template, data, who)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	if err := who.own(data); err != nil {
		return err
	}
	if err := p.create(folder, data, who); err != nil {
		return err
	}
	return p.keep(data, template)
}

// key tells one installation and one way to set it up from others.
func (p postgres) key() string {
	stamp := p.bin + "\x00" + setup + hba
	if info, err := os.Stat(p.program("postgres")); err == nil {
		stamp += fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(stamp)))[:16]
}

// setup makes the role that tests get, and gives it a database. The role is no
// superuser, since that could run programs (PostgreSQL 15 manual, COPY).
const setup = "CREATE ROLE kata LOGIN CREATEDB;\nALTER DATABASE postgres OWNER TO kata;\n"

// hba lets in that role alone, over loopback.
const hba = "host all kata 127.0.0.1/32 trust\n"

func (p postgres) create(folder, data string, who user) error {
	err := p.tool(folder, who, "", "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions", "--wal-segsize=1")
	if err != nil {
		return err
	}
	if err := p.tool(folder, who, setup, "postgres", "--single", "-D", data, "postgres"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(hba), 0o600)
}

// tool runs one of PostgreSQL's programs to its end.
func (p postgres) tool(folder string, who user, input, name string, args ...string) error {
	log := &tail{}
	cmd := exec.Command(p.program(name), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Stdin = folder, log, log, strings.NewReader(input)
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	if err := begin(cmd, who); err != nil {
		return fmt.Errorf("start %s: %w", p.program(name), err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w%s", name, err, log.last())
	}
	if strings.Contains(log.all(), "ERROR:") { // a single-user server ends well whatever it was asked
		return errors.New(name + log.last())
	}
	return nil
}

// keep puts a copy of data where the next start finds it, whole or not at all.
// A full disk costs the next start a second, and is no error.
func (p postgres) keep(data, template string) error {
	if p.cache == "" || os.MkdirAll(p.cache, 0o755) != nil {
		return nil
	}
	temp, err := os.MkdirTemp(p.cache, "new-")
	if err != nil {
		return nil
	}
	copied := filepath.Join(temp, dataName)
	if copyTree(data, copied, user{}) == nil {
		_ = os.Rename(copied, template) // another process may have been first
	}
	return os.RemoveAll(temp)
}

func (p postgres) command(folder string, port int) []string {
	words := []string{p.program("postgres"), "-D", filepath.Join(folder, dataName), "-p", strconv.Itoa(port), "-h", "127.0.0.1"}
	for _, setting := range []string{
		"unix_socket_directories=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB",
		"max_connections=200", "autovacuum=off", "dynamic_shared_memory_type=" + sharedMemory, "log_min_messages=fatal",
		"wal_level=logical", "timezone=UTC", "lc_messages=C",
	} {
		words = append(words, "-c", setting)
	}
	return words
}

// protocol is version 3.0 (PostgreSQL 15 manual, section 55.7).
const protocol = 3 << 16

// greet sends a start-up message and wants to be let in.
func (p postgres) greet(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	body := "user\x00kata\x00database\x00postgres\x00\x00"
	message := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	message = append(binary.BigEndian.AppendUint32(message, protocol), body...)
	if _, err := conn.Write(message); err != nil {
		return err
	}
	head := make([]byte, 9) // R, length, 0 for "authentication ok"
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	if head[0] != 'R' || !bytes.Equal(head[5:], []byte{0, 0, 0, 0}) {
		return fmt.Errorf("it answers %.9q", head)
	}
	_, err = conn.Write([]byte{'X', 0, 0, 0, 4})
	return err
}

func (p postgres) address(addr string) string {
	return "postgres://kata@" + addr + "/postgres?sslmode=disable"
}
