package main

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/datastax/go-cassandra-native-protocol/primitive"
)

var levelNames = map[primitive.ConsistencyLevel]string{
	primitive.ConsistencyLevelAny: "ANY", primitive.ConsistencyLevelOne: "ONE", primitive.ConsistencyLevelTwo: "TWO",
	primitive.ConsistencyLevelThree: "THREE", primitive.ConsistencyLevelQuorum: "QUORUM", primitive.ConsistencyLevelAll: "ALL",
	primitive.ConsistencyLevelLocalQuorum: "LOCAL_QUORUM", primitive.ConsistencyLevelEachQuorum: "EACH_QUORUM",
	primitive.ConsistencyLevelSerial: "SERIAL", primitive.ConsistencyLevelLocalSerial: "LOCAL_SERIAL", primitive.ConsistencyLevelLocalOne: "LOCAL_ONE",
}

func levelName(l primitive.ConsistencyLevel) string { return levelNames[l] }

// isSerial tells the levels of conditional statements' first phase.
func isSerial(l primitive.ConsistencyLevel) bool {
	return l == primitive.ConsistencyLevelSerial || l == primitive.ConsistencyLevelLocalSerial
}

// comparePartitions is the order of the ring.
func comparePartitions(a, b [][]byte) int {
	return cmp.Or(cmp.Compare(tokenOf(a), tokenOf(b)), slices.CompareFunc(a, b, bytes.Compare))
}
