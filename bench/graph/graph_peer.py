"""igraph or NetworkX, asked line by line: TASK FIRST SECOND; answers a number, nanoseconds of wall and of CPU time."""
import array
import resource
import sys
import time
import warnings

library, nodes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time_ns()
ends = array.array("i")
with open(path, "rb") as file:
    ends.frombytes(file.read())
hops = {"OneHop": 1, "TwoHops": 2, "ThreeHops": 3}

if library == "igraph":
    import igraph

    # As a matrix of 64 bits: forty million tuples would not fit into memory.
    graph = igraph.Graph(n=nodes, edges=memoryview(array.array("q", ends)).cast("B").cast("q", (len(ends) // 2, 2)))

    def ask(task, first, second):
        if task in hops:
            return graph.neighborhood_size(first, order=hops[task])
        if task == "Path":
            return len(graph.get_shortest_paths(first, to=second)[0]) - 1
        return len(graph.connected_components())
else:
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(zip(ends[0::2], ends[1::2]))

    def ask(task, first, second):
        if task in hops:
            return len(networkx.single_source_shortest_path_length(graph, first, cutoff=hops[task]))
        if task == "Path":
            try:
                return len(networkx.bidirectional_shortest_path(graph, first, second)) - 1
            except networkx.NetworkXNoPath:
                return -1
        return networkx.number_connected_components(graph)

warnings.simplefilter("ignore")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.process_time_ns() - start, (after - before) * 1024, sep="\t", flush=True)
for line in sys.stdin:
    task, first, second = line.split()
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    answer = ask(task, int(first), int(second))
    print(answer, time.perf_counter_ns() - wall, time.process_time_ns() - cpu, sep="\t", flush=True)
