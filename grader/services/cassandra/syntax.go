package main

// The statements that the parser knows.
type (
	tableName struct{ keyspace, name string }

	createKeyspace struct {
		name        string
		ifNot       bool
		replication map[string]string
	}
	dropKeyspace struct {
		name     string
		ifExists bool
	}
	useKeyspace struct{ name string }
	createTable struct {
		name                  tableName
		ifNot                 bool
		columns               []columnDef
		partition, clustering []string
		order                 []orderBy
		options               map[string]string
	}
	alterTable struct {
		name tableName
		add  []columnDef
		drop []string
	}
	dropTable struct {
		name     tableName
		ifExists bool
	}
	truncate     struct{ name tableName }
	insertIntent struct {
		name    tableName
		columns []string
		values  []term
		ifNot   bool
		using   using
	}
	updateIntent struct {
		name  tableName
		using using
		set   []assignment
		where []relation
		when  conditions
	}
	deleteIntent struct {
		name    tableName
		columns []target
		using   using
		where   []relation
		when    conditions
	}
	selectIntent struct {
		name      tableName
		selectors []selector // none: *
		distinct  bool
		where     []relation
		order     []orderBy
		perPart   *term
		limit     *term
		filtering bool
	}
	batchIntent struct {
		kind       string // logged, unlogged, counter
		statements []any
		using      using
	}
)

type columnDef struct {
	name   string
	kind   cqlType
	static bool
}

type orderBy struct {
	column string
	desc   bool
}

type using struct{ ttl, timestamp *term }

// target is a column, or an element of its collection.
type target struct {
	column string
	key    *term
}

// assignment is column = value, column = column ± value or column[key] = value;
// op is "=", "+" or "-", or "^" for value + column.
type assignment struct {
	target
	op    string
	value term
}

// relation restricts a column, or the partition's token.
type relation struct {
	columns []string // of token()
	token   bool
	op      string
	value   term
	list    []term // of IN (…)
}

type conditions struct {
	exists bool
	list   []relation
}

func (c conditions) any() bool { return c.exists || len(c.list) > 0 }

// selector is a column, or a function of columns.
type selector struct {
	function string // "", count, min, max, sum, avg, ttl, writetime, token
	columns  []string
	alias    string
}

type termKind int

const (
	literalTerm termKind = iota // token
	markerTerm                  // index
	callTerm                    // name, list
	listTerm
	setTerm
	mapTerm // keys, list
)

// term is a value as it is written.
type term struct {
	kind  termKind
	token token // of a literal; a word is null, true or false
	index int   // of a marker
	name  string
	keys  []term
	list  []term
}
