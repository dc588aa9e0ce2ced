import { keep } from '{{ asset("js/worker.js") }}'

keep('gridbook-{{ version }}', '{{ build }}', {{ pages|tojson }}, {{ assets|tojson }})
