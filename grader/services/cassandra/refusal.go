package main

import (
	"fmt"

	"github.com/datastax/go-cassandra-native-protocol/message"
)

// refusal is an error that the client is told as it is.
type refusal struct{ message message.Error }

func (r *refusal) Error() string { return r.message.GetErrorMessage() }

// invalid is an InvalidRequestException (code 0x2200).
func invalid(format string, args ...any) error {
	return &refusal{&message.Invalid{ErrorMessage: fmt.Sprintf(format, args...)}}
}

// filteringMessage is Cassandra's, word for word.
const filteringMessage = "Cannot execute this query as it might involve data filtering and thus may have unpredictable performance. " +
	"If you want to execute this query despite the performance unpredictability, use ALLOW FILTERING"
