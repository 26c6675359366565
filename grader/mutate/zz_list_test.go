package mutate
import ("testing";"os";"fmt";"github.com/kata-go/kata/grader/course")
func TestZZ(t *testing.T){
 c,err:=course.LoadTrees(os.DirFS("../..")); if err!=nil{t.Fatal(err)}
 for _,e:=range course.Order(c){ ms,err:=Generate(e); if err!=nil{t.Error(err)}
  fmt.Println("=====",e.ID(),len(ms))
  for _,m:=range ms{fmt.Println(m.ID,"in",m.In);fmt.Print(m.Diff)}}
}
