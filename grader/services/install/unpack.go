package main

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ulikunitz/xz"
)

const (
	mostUnpacked = 1 << 30 // bytes; the archives come to 50 to 200 MB
	mostEntries  = 20_000
)

// unpack writes the files of the tar file in a jar below an empty folder. It
// refuses what would lie or point elsewhere.
func unpack(jar, folder string) error {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return fmt.Errorf("it is no ZIP file: %w", err)
	}
	defer z.Close()
	inner, err := compressed(z)
	if err != nil {
		return err
	}
	packed, err := inner.Open()
	if err != nil {
		return err
	}
	defer packed.Close()
	stream, err := xz.NewReader(packed)
	if err != nil {
		return fmt.Errorf("%s in it: %w", inner.Name, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	return extract(tar.NewReader(stream), root)
}

// compressed is the only tar file compressed by xz.
func compressed(z *zip.ReadCloser) (*zip.File, error) {
	var found []*zip.File
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".txz") {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("it holds %d files *.txz, not one", len(found))
	}
	return found[0], nil
}

func extract(t *tar.Reader, root *os.Root) error {
	left := int64(mostUnpacked)
	for range mostEntries {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("its tar file is damaged: %w", err)
		}
		if left -= h.Size; left < 0 {
			return fmt.Errorf("it unpacks to more than %d MB", mostUnpacked>>20)
		}
		if err := entry(h, t, root); err != nil {
			return err
		}
	}
	return fmt.Errorf("it has more than %d entries", mostEntries)
}

// entry writes one entry. os.Root refuses names that lead out of the folder,
// through links too.
func entry(h *tar.Header, content io.Reader, root *os.Root) error {
	name := path.Clean(strings.TrimPrefix(h.Name, "./"))
	if name == "." {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("it has %q, which lies outside", h.Name)
	}
	if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o755); err != nil {
		return fmt.Errorf("it has %q: %w", h.Name, err)
	}
	var err error
	switch h.Typeflag {
	case tar.TypeDir:
		err = root.MkdirAll(filepath.FromSlash(name), 0o755)
	case tar.TypeReg:
		err = regular(root, name, h.FileInfo().Mode(), content)
	case tar.TypeSymlink, tar.TypeLink:
		err = link(root, name, h)
	default:
		return fmt.Errorf("it has %q of the type %q, which is neither a file, a folder nor a link", h.Name, h.Typeflag)
	}
	if err != nil {
		return fmt.Errorf("unpack %q: %w", h.Name, err)
	}
	return nil
}

// regular writes a file that all may read and, when its owner may, start.
func regular(root *os.Root, name string, mode fs.FileMode, content io.Reader) (err error) {
	file, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644|mode&0o100|mode&0o100>>3|mode&0o100>>6)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = io.Copy(file, content)
	return err
}

// link makes a link to what lies in the archive.
func link(root *os.Root, name string, h *tar.Header) error {
	target := path.Join(path.Dir(name), h.Linkname)
	if h.Typeflag == tar.TypeLink {
		target = path.Clean(strings.TrimPrefix(h.Linkname, "./"))
	}
	if path.IsAbs(h.Linkname) || !filepath.IsLocal(filepath.FromSlash(target)) {
		return fmt.Errorf("it points to %q, outside", h.Linkname)
	}
	if h.Typeflag == tar.TypeLink {
		return root.Link(filepath.FromSlash(target), filepath.FromSlash(name))
	}
	return root.Symlink(filepath.FromSlash(h.Linkname), filepath.FromSlash(name))
}
